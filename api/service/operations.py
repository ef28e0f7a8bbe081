"""The routes for those who run the service."""

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST

from api.service.route import Route
from api.service.routes import PROBLEMS

NOT_STORED = {"Cache-Control": "no-store"}

router = APIRouter(responses={status: PROBLEMS[status] for status in (400, 503, "default")}, route_class=Route)


@router.get("/healthz", response_model=dict[str, str])
async def healthz(request: Request) -> Response:
    """Whether the process lives; this does not ask the database."""
    return JSONResponse({"status": "alive"}, headers=NOT_STORED)


@router.get("/readyz", response_model=dict[str, str | int])
async def readyz(request: Request) -> Response:
    """Whether questions get answers: the database is there, and a model is active."""
    model = await request.app.state.desk.readiness.model()
    return JSONResponse({"status": "ready", "model": model.model_id}, headers=NOT_STORED)


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
async def metrics(request: Request) -> Response:
    """Counters and latencies for Prometheus."""
    text = request.app.state.metrics.text(request.app.state.desk.in_use)
    return Response(text, media_type=CONTENT_TYPE_LATEST, headers=NOT_STORED)
