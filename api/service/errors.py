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


def problem(status: int, detail: str, headers: Any = None, **more: Any) -> ProblemResponse:
    """Make a problem whose title is the status's own phrase."""
    content = Problem(title=http.HTTPStatus(status).phrase, status=status, detail=detail, **more)
    return ProblemResponse(content.model_dump(exclude_none=True), status, headers)


def install(app: FastAPI) -> None:
    """Let the application answer its errors as problems."""
    app.add_exception_handler(WikishelfError, _of_ours)
    app.add_exception_handler(RequestValidationError, _of_arguments)
    app.add_exception_handler(HTTPException, _of_http)
    app.add_exception_handler(Exception, _of_us)


async def _of_ours(_: Request, error: Any) -> ProblemResponse:
    name = type(error).__name__
    if isinstance(error, NOT_NOW):
        logger.warning("%s", error)
        # The client must not learn where the database is, nor what it says.
        detail = "the database cannot answer now" if "url" in error.facts else str(error)
        return problem(503, detail, RETRY_AFTER, error=name)
    if isinstance(error, NOT_THERE):
        suggestions = error.facts.get("suggestions")
        return problem(404, str(error), error=name, suggestions=None if suggestions is None else list(suggestions))
    return problem(400, str(error), error=name)


async def _of_arguments(_: Request, error: Any) -> ProblemResponse:
    faults = [f"{'.'.join(map(str, fault['loc'][1:]))}: {fault['msg']}" for fault in error.errors()]
    return problem(400, "; ".join(faults))


async def _of_http(_: Request, error: Any) -> ProblemResponse:
    return problem(error.status_code, str(error.detail), error.headers)


async def _of_us(_: Request, error: Any) -> ProblemResponse:
    return problem(500, "the service failed; its log says more")
