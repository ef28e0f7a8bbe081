"""A route that checks all its arguments at once.

FastAPI checks one after the other. For the nine of `similar_articles` that takes 0.2 ms, half as long as SQL takes to
answer.
"""

import difflib
import inspect
from collections.abc import Callable, Collection, Coroutine
from typing import Any, get_origin, get_type_hints

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError, create_model
from starlette.datastructures import QueryParams


class Route(APIRoute):
    """It calls the endpoint with the request and with its arguments, which come from the path or else the query.

    What FastAPI makes of the endpoint's signature stays, above all OpenAPI. A parameter that the route does not have is
    an error, and so is one that stands twice and may stand once.
    """

    takes_unknown = False

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request; FastAPI means this method to be overridden."""
        endpoint = self.endpoint
        hints = get_type_hints(endpoint, include_extras=True)
        arguments = {
            name: (hints[name], ... if parameter.default is parameter.empty else parameter.default)
            for name, parameter in inspect.signature(endpoint).parameters.items()
            if hints[name] is not Request
        }
        model = create_model("Arguments", **arguments)  # type: ignore[call-overload]
        lists = [name for name, field in model.model_fields.items() if get_origin(field.annotation) is list]

        in_query = [name for name in model.model_fields if f"{{{name}" not in self.path]
        known, takes_unknown = dict.fromkeys(in_query), self.takes_unknown

        async def handle(request: Request) -> Response:
            query = request.query_params
            _check_names(query, known, lists, takes_unknown)
            given = {**query, **{name: query.getlist(name) for name in lists if name in query}, **request.path_params}
            try:
                asked = model.model_validate(given)
            except ValidationError as error:
                raise RequestValidationError([{**one, "loc": ("", *one["loc"])} for one in error.errors()]) from None
            return await endpoint(request, **dict(asked))  # type: ignore[no-any-return]

        return handle


def _check_names(query: QueryParams, known: Collection[str], lists: Collection[str], takes_unknown: bool) -> None:
    """Raise an error that names a parameter which is unknown, or which is repeated and is not a list."""
    for name in query:
        if name not in known and not takes_unknown:
            raise RequestValidationError([{"loc": ("", name), "msg": _unknown(name, known)}])
    if len(query.multi_items()) > len(query):
        for name in known:
            if name not in lists and len(query.getlist(name)) > 1:
                raise RequestValidationError([{"loc": ("", name), "msg": "this parameter may stand only once"}])


def _unknown(name: str, known: Collection[str]) -> str:
    nearest = difflib.get_close_matches(name[:50], known, 1, 0.5)
    if nearest:
        return f'there is no such parameter; did you mean "{nearest[0]}"'
    return f"there is no such parameter; there are {', '.join(known)}" if known else "this route has no parameters"
