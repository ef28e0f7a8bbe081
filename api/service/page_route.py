"""A route whose answer is a page for people, also when something went wrong."""

import http
import logging
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from fastapi import Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from api.service import errors
from api.service.methods import allowed
from api.service.rendering import Page, html
from api.service.route import Route
from api.service.sending import sent
from db.errors import LinkNotFound, LinkWithoutVector, WikishelfError
from db.search import diagnose

logger = logging.getLogger("uvicorn.error")
HEADINGS = {400: "That cannot be asked", 404: "Not found", 503: "Not now"}


def root_of(request: Request) -> str:
    """Return the path under which a proxy offers this service, or ""."""
    root: str = request.scope.get("root_path", "")
    return root.rstrip("/")


def shown(request: Request, page: Page, headers: Any = None) -> Response:
    """Return the page as HTML, or 304 if the browser has it already."""
    return sent(request, html(page, root_of(request)), "text/html; charset=utf-8", status=page.status, headers=headers)


class PageRoute(Route):
    """It shows errors as pages with a sentence, and titles that may be meant as links.

    Parameters that it does not have count for nothing, because others add theirs to the addresses of pages.
    """

    takes_unknown = True

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Return what answers a request; FastAPI means this method to be overridden."""
        handle = super().get_route_handler()

        async def show(request: Request) -> Response:
            try:
                return await handle(request)
            except (WikishelfError, RequestValidationError, HTTPException) as error:
                return await failed(request, error)

        return show


async def failed(request: Request, error: Exception) -> Response:
    """Return the page that says what went wrong, with the status and the words of the JSON routes."""
    problem, headers = errors.said(error)
    values = {
        "heading": HEADINGS.get(problem.status, http.HTTPStatus(problem.status).phrase),
        "sentence": sentence(problem.detail, problem.suggestions),
        "suggestions": problem.suggestions or [],
        "suggested": "link" if isinstance(error, LinkNotFound | LinkWithoutVector) else "article",
        "q": request.query_params.get("q", ""),
        "place": None,
        "model_id": None,
    }
    return shown(request, Page("error.html", values, problem.status), headers)


async def answered(request: Request, error: Any) -> Response:
    """Answer what no route of a page answers: by a page to a browser that a person looks at, else by a problem."""
    if error.status_code == 405:
        error.headers = {"Allow": allowed(error.headers["Allow"])}
        if request.method == "OPTIONS":
            return Response(status_code=204, headers=error.headers)
    if "text/html" in request.headers.get("Accept", ""):
        return await failed(request, error)
    return await errors.answered(request, error)


def sentence(message: str, suggestions: Sequence[str] | None = None) -> str:
    """Make a sentence of a message: a capital at its beginning, and a full stop at its end.

    The titles that may be meant are left out, because the page shows them as links.
    """
    message = (message.removesuffix(str(diagnose.Suggestions(suggestions))) if suggestions else message).strip()
    return message[:1].upper() + message[1:] + ("" if message.endswith(("?", ".", "!")) else ".")
