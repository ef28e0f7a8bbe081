"""The routes for those who run the service."""

from fastapi import APIRouter, Request, Response
from prometheus_client import CONTENT_TYPE_LATEST

from api.service.arguments import shelf_of
from api.service.routes import PROBLEMS

router = APIRouter(responses={status: PROBLEMS[status] for status in (503, "default")})


@router.get("/healthz")
async def healthz() -> dict[str, str]:
    """Whether the process lives; this does not ask the database."""
    return {"status": "alive"}


@router.get("/readyz")
async def readyz(request: Request) -> dict[str, str | int]:
    """Whether questions get answers: the database is there, and a model is active."""
    return {"status": "ready", "model": (await shelf_of(request).active_model()).model_id}


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Counters and latencies for Prometheus."""
    text = request.app.state.metrics.text(shelf_of(request).shelf.database.in_use)
    return Response(text, media_type=CONTENT_TYPE_LATEST)
