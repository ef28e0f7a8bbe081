"""The application: its routes, errors and metrics, and the shelf that it asks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI
from starlette.exceptions import HTTPException

import api
from api.service import errors, map_routes, operations, page_json, page_route, pages, routes, static_files
from api.service.metrics import Metrics
from api.service.questions import Desk

DESCRIPTION = (
    "Recommendations from Wikipedia's links. The verbs, their arguments and answers are those of SQL and Python."
)


def create(shelf: api.Shelf, limits: api.Limits) -> FastAPI:
    """Make the application that asks a shelf within limits; it closes the shelf after the last answer."""

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        app.state.desk = Desk(shelf, limits)
        try:
            yield
        finally:
            await app.state.desk.close()

    # The pages that FastAPI makes for people would load their scripts from a third party.
    app = FastAPI(
        title="Wikishelf",
        version="1",
        description=DESCRIPTION,
        lifespan=lifespan,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.metrics = Metrics()
    app.add_middleware(app.state.metrics.around)
    for part in (routes, operations, map_routes, page_json, static_files, pages):
        app.include_router(part.router)
    errors.install(app)
    app.add_exception_handler(HTTPException, page_route.answered)
    return app
