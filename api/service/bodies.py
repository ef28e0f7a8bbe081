"""The body of a request, as JSON of at most so many bytes."""

import json
from typing import Any, TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

MOST_BYTES = 256 * 1024
Asked = TypeVar("Asked", bound=BaseModel)


async def body(request: Request, model: type[Asked]) -> Asked:
    """Read the body, and no more of it than is allowed.

    Raises
    ------
    starlette.exceptions.HTTPException
        It is too long, or not JSON by its headers.
    fastapi.exceptions.RequestValidationError
        It is not what the model describes.
    """
    _check_type(request)
    content = await _read(request)
    try:
        asked = model.model_validate_json(content)
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *(fault["loc"] or ("body",)))} for fault in error.errors()]
        raise RequestValidationError(faults[:3]) from None
    names = [name for name, _ in json.loads(content, object_pairs_hook=list, parse_int=str)]
    if len(names) > len(set(names)):
        raise RequestValidationError([{"loc": ("body", "body"), "msg": f"a name stands twice among {names[:5]}"}])
    return asked


def described(model: type[BaseModel]) -> dict[str, Any]:
    """Return what OpenAPI says of such a body."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": model.model_json_schema()}}}}


async def _read(request: Request) -> bytes:
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > MOST_BYTES:
                raise HTTPException(413, f"the body must have at most {MOST_BYTES // 1024} KB; ask for less at once")
    except ClientDisconnect:
        raise HTTPException(400, "the client left before the end of the body") from None
    return bytes(content)


def _check_type(request: Request) -> None:
    media_type = request.headers.get("Content-Type", "").replace(" ", "").lower()
    if media_type not in {"application/json", "application/json;charset=utf-8", 'application/json;charset="utf-8"'}:
        raise HTTPException(415, "the body must be JSON in UTF-8, with the header Content-Type: application/json")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise HTTPException(415, "the body must not be packed")
