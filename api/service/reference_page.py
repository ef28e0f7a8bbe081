"""The routes for programs, as a page made of the OpenAPI document; it reaches nowhere outside."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from api.service.contents import common
from api.service.rendering import Page


class Argument(NamedTuple):
    """An argument of a route."""

    name: str
    place: str
    type: str
    default: str
    description: str


class Operation(NamedTuple):
    """One route and method."""

    method: str
    path: str
    summary: str
    arguments: list[Argument]


def content(document: dict[str, Any]) -> Page:
    """The page of an OpenAPI document."""
    values = {"title": document["info"]["title"], "about": document["info"]["description"]}
    values |= {"operations": list(operations(document)), "statuses": list(statuses(document).items())}
    return Page("docs.html", {**common(None, None), **values})


def operations(document: dict[str, Any]) -> Iterator[Operation]:
    """Each route and method of the document, in its order."""
    for path, methods in document["paths"].items():
        for method, about in methods.items():
            summary = about.get("description") or about.get("summary", "")
            arguments = [_argument(one) for one in about.get("parameters", [])]
            yield Operation(method.upper(), path, summary, arguments)


def statuses(document: dict[str, Any]) -> dict[str, str]:
    """What each status means, which is the same for all routes."""
    found = {"200": "The answer"}
    for methods in document["paths"].values():
        for about in methods.values():
            replies = about["responses"].items()
            found |= {status: reply["description"].replace("`", "") for status, reply in replies if status != "200"}
    return dict(sorted(found.items()))


def _argument(about: dict[str, Any]) -> Argument:
    schema = about.get("schema", {})
    default = schema.get("default")
    shown = "needed" if about.get("required") else "" if default in (None, []) else str(default)
    return Argument(about["name"], about["in"], _type(schema), shown, about.get("description", ""))


def _type(schema: dict[str, Any]) -> str:
    if "anyOf" in schema:
        return " or ".join(kind for one in schema["anyOf"] if (kind := _type(one)) != "null")
    if "enum" in schema:
        return " or ".join(map(str, schema["enum"]))
    if schema.get("type") == "array":
        return f"{_type(schema.get('items', {}))}, repeated"
    return str(schema.get("type", "anything"))
