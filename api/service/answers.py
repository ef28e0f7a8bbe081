"""Answers as JSON with an ETag."""

from functools import cache
from typing import Any

from fastapi import Request, Response
from pydantic import TypeAdapter

from api.answer import Answer
from api.service.sending import sent


def answer(request: Request, found: Answer[Any]) -> Response:
    """Return the records as JSON, or 304 if the client has the same already.

    The ETag is made from the answer itself. So it is right after every switch, fold-in and import, without a second
    question.
    """
    return sent(request, _adapter(found.record).dump_json(found), "application/json")  # type: ignore[arg-type]


@cache
def _adapter(record: type) -> TypeAdapter[Any]:
    return TypeAdapter(list[record])  # type: ignore[valid-type]
