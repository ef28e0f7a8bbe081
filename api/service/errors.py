"""Answer every error as application/problem+json (RFC 9457)."""

import http
import logging
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic import BaseModel
from starlette.exceptions import HTTPException

from db import errors
from db.errors import WikishelfError

NOT_THERE = (
    errors.ArticleNotFound,
    errors.ArticleWithoutVector,
    errors.FacetNotStored,
    errors.LinkNotFound,
    errors.LinkWithoutVector,
    errors.TopicNotStored,
)
NOT_NOW = (
    errors.DatabaseBusy,
    errors.DatabaseRefused,
    errors.DatabaseUnreachable,
    errors.NoActiveModel,
    errors.SchemaMissing,
    errors.SchemaOld,
)
RETRY_AFTER = {"Retry-After": "1"}  # seconds

logger = logging.getLogger("uvicorn.error")


class Problem(BaseModel):
    """What went wrong."""

    type: str = "about:blank"
    title: str
    status: int
    detail: str
    error: str | None = None  # the name in docs/errors.md
    suggestions: list[str] | None = None  # titles that may be meant


class ProblemResponse(JSONResponse):
    """A problem with its own media type."""

    media_type = "application/problem+json"


def install(app: FastAPI) -> None:
    """Let the application answer its errors as problems."""
    for kind in (WikishelfError, RequestValidationError, HTTPException, Exception):
        app.add_exception_handler(kind, answered)


def said(error: Any) -> tuple[Problem, Any]:
    """Return what an error says to a client, and the headers that go with it."""
    match error:
        case WikishelfError():
            return _of_ours(error)
        case RequestValidationError():
            faults = [f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()]
            return problem(400, "; ".join(faults)), None
        case HTTPException():
            return problem(error.status_code, str(error.detail)), error.headers
        case _:
            return problem(500, "the service failed; its log says more"), None


def _of_ours(error: WikishelfError) -> tuple[Problem, Any]:
    name = type(error).__name__
    if isinstance(error, NOT_NOW):
        logger.warning("%s", error)
        # The client must not learn where the database is, nor what it says.
        detail = "the database cannot answer now" if "url" in error.facts else str(error)
        return problem(503, detail, error=name), RETRY_AFTER
    if isinstance(error, NOT_THERE):
        suggestions = error.facts.get("suggestions")
        listed = None if suggestions is None else list(suggestions)
        return problem(404, str(error), error=name, suggestions=listed), None
    return problem(400, str(error), error=name), None


def problem(status: int, detail: str, **more: Any) -> Problem:
    """Make a problem whose title is the status's own phrase."""
    return Problem(title=http.HTTPStatus(status).phrase, status=status, detail=detail, **more)


async def answered(_: Request, error: Any) -> ProblemResponse:
    """Answer an error as a problem."""
    problem, headers = said(error)
    return ProblemResponse(problem.model_dump(exclude_none=True), problem.status, headers)
