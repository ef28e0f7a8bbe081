"""The reference pages of the site, from the code: what SQL, Python, the command line and HTTP say of themselves."""

import inspect
import re
from collections.abc import Iterator
from typing import Any

import api
from pages import sources

LONGEST = 90  # characters


def pages() -> dict[str, str]:
    """Markdown by the name of its file."""
    return {
        "reference-sql.md": "\n".join(_sql()),
        "reference-python.md": "\n".join(_python()),
        "reference-commands.md": "\n".join(_commands()),
        "reference-http.md": "\n".join(_http()),
    }


def _sql() -> Iterator[str]:
    yield "# SQL, from the functions' comments\n\n[search-in-sql.md](search-in-sql.md) has examples.\n"
    for one in sources.functions():
        yield f"## {one.name}({', '.join(_names(one.arguments))})\n"
        yield f"```sql\n{one.name}({one.arguments})\nreturns {one.returns}\n```\n"
        yield f"{one.comment}.\n"


def _names(arguments: str) -> list[str]:
    return [argument.split()[0].strip('"') for argument in re.split(r",\s*(?=[a-z\"_])", arguments)]


def _python() -> Iterator[str]:
    yield f"# Python, from the docstrings\n\n{_prose(inspect.getdoc(api) or '')}\n"
    for name in api.__all__:
        yield from _of_python(name, getattr(api, name), "##")
        for member, method in sources.shown(getattr(api, name)).items():
            yield from _of_python(f"{name}.{member}", method, "###")


def _of_python(name: str, thing: Any, heading: str) -> Iterator[str]:
    yield f"{heading} {name}\n"
    if inspect.isfunction(thing):
        yield f"```python\n{name}{_signature(thing)}\n```\n"
    yield f"{_prose(inspect.getdoc(thing) or '')}\n"


def _signature(function: Any) -> str:
    """As it is called, with types by their last names, and on a line for each argument if it is long."""
    whole = inspect.signature(function)
    arguments = [str(one) for name, one in whole.parameters.items() if name != "self"]
    returned = (
        "" if whole.return_annotation is inspect.Signature.empty else inspect.formatannotation(whole.return_annotation)
    )
    text = f"({', '.join(arguments)}) -> {returned}"
    if len(text) > LONGEST:
        text = "(\n" + "".join(f"    {argument},\n" for argument in arguments) + f") -> {returned}"
    return re.sub(r"\b(?:[a-z_]+\.)+(?=[A-Z])", "", text)


def _prose(docstring: str) -> str:
    """A docstring in numpy's style as Markdown: sections in bold, and their entries as a list."""
    lines = iter(docstring.splitlines())
    made: list[str] = []
    for line in lines:
        if re.fullmatch(r"-{3,}", line) and made:
            made[-1] = f"\n**{made[-1]}**\n"
        elif re.match(r"[\w.*]+(, [\w.*]+)*,?( : .+)?$", line) and made and (made[-1].startswith(("\n**", "- ", "  "))):
            name, _, kind = line.partition(" : ")
            made.append(f"- `{name.rstrip(',')}`" + (f" ({kind})" if kind else ""))
        elif line.startswith(">>> ") or line.startswith("... "):
            made.append(f"    {line}")
        else:
            made.append(f"  {line.strip()}" if line.startswith("    ") else line)
    return "\n".join(made)


def _commands() -> Iterator[str]:
    yield "# The command line, from --help\n\n`wikishelf X` is the same as `python -m X`.\n"
    for parser in sources.commands():
        yield f"## {parser.prog}\n\n```text\n{sources.help_of(parser).rstrip()}\n```\n"


def _http() -> Iterator[str]:
    document = sources.openapi()
    yield f"# HTTP, from OpenAPI\n\n{document['info']['description']} `/openapi.json` has the same.\n"
    for route, methods in document["paths"].items():
        for method, operation in methods.items():
            yield f"## {method.upper()} {route}\n\n{operation.get('description', '')}\n"
            if operation.get("parameters"):
                yield "| parameter | in | |\n|---|---|---|"
                yield "\n".join(map(_parameter, operation["parameters"])) + "\n"


def _parameter(given: dict[str, Any]) -> str:
    words = str(given.get("description", "")).replace("|", "\\|")
    default = given["schema"].get("default")
    unless = f" (default `{default}`)" if default not in (None, []) else ""
    return f"| `{given['name']}` | {given['in']} | {words}{unless} |"
