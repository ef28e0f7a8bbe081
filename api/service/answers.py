"""Answers as JSON with an ETag."""

import hashlib
from collections.abc import Sequence
from functools import cache
from typing import Any

from fastapi import Request, Response
from pydantic import TypeAdapter

from api.answer import Answer

# A client must ask before it uses a stored answer, because a model switch, a fold-in or an import may have changed it.
ASK_BEFORE_USE = {"Cache-Control": "no-cache"}


def answer(request: Request, found: Answer[Any]) -> Response:
    """Return the records as JSON, or 304 if the client has the same already.

    The ETag is made from the answer itself. So it is right after every switch, fold-in and import, without a second
    question.
    """
    content = _adapter(found.record).dump_json(found)  # type: ignore[arg-type]
    etag = f'W/"{hashlib.blake2b(content, digest_size=8).hexdigest()}"'
    headers = {**ASK_BEFORE_USE, "ETag": etag}
    if etag in _asked(request.headers.getlist("If-None-Match")):
        return Response(status_code=304, headers=headers)
    return Response(content, media_type="application/json", headers=headers)


def _asked(headers: Sequence[str]) -> set[str]:
    return {tag.strip() for header in headers for tag in header.split(",")}


@cache
def _adapter(record: type) -> TypeAdapter[Any]:
    return TypeAdapter(list[record])  # type: ignore[valid-type]
