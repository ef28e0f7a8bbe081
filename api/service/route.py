"""A route that checks all its arguments at once.

FastAPI checks one after the other. For the nine of `similar_articles` that takes 0.2 ms, half as long as SQL takes to
answer.
"""

import inspect
from collections.abc import Callable, Coroutine
from typing import Any, get_origin, get_type_hints

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import ValidationError, create_model


class Route(APIRoute):
    """It calls the endpoint with the request and with its arguments, which come from the path or else the query.

    What FastAPI makes of the endpoint's signature stays, above all OpenAPI.
    """

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

        async def handle(request: Request) -> Response:
            query = request.query_params
            given = {**query, **{name: query.getlist(name) for name in lists if name in query}, **request.path_params}
            try:
                asked = model.model_validate(given)
            except ValidationError as error:
                raise RequestValidationError([{**one, "loc": ("", *one["loc"])} for one in error.errors()]) from None
            return await endpoint(request, **dict(asked))  # type: ignore[no-any-return]

        return handle
