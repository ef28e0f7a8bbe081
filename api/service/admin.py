"""The routes for those who run the service, on a port of their own."""

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from api.service import errors

PATHS = {"/healthz", "/readyz", "/metrics"}


def apart(port: int | None, app: ASGIApp) -> ASGIApp:
    """Let these routes, and no others, be answered on this port; without one all are answered everywhere."""

    async def placed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and (_route(scope) in PATHS) != (scope["server"][1] == port):
            answer = await errors.answered(Request(scope), HTTPException(404))
            await answer(scope, receive, send)
        else:
            await app(scope, receive, send)

    return app if port is None else placed


def _route(scope: Scope) -> str:
    path: str = scope["path"]
    return path.removeprefix(scope.get("root_path", ""))
