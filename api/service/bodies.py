"""The body of a request, as JSON of at most so many bytes."""

from typing import TypeVar

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, ValidationError
from starlette.exceptions import HTTPException

MOST_BYTES = 256 * 1024
Asked = TypeVar("Asked", bound=BaseModel)


async def body(request: Request, model: type[Asked]) -> Asked:
    """Read the body, and no more of it than is allowed.

    Raises
    ------
    starlette.exceptions.HTTPException
        It is too long.
    fastapi.exceptions.RequestValidationError
        It is not what the model describes.
    """
    content = bytearray()
    async for chunk in request.stream():
        content += chunk
        if len(content) > MOST_BYTES:
            raise HTTPException(413, f"the body must have at most {MOST_BYTES // 1024} KB; ask for less at once")
    try:
        return model.model_validate_json(bytes(content))
    except ValidationError as error:
        faults = [{**fault, "loc": ("body", *(fault["loc"] or ("body",)))} for fault in error.errors()]
        raise RequestValidationError(faults) from None
