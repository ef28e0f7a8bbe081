"""The path under which a proxy offers the service, whether the proxy strips it from what it hands on or not."""

from starlette.types import ASGIApp, Receive, Scope, Send


def under(path: str, app: ASGIApp) -> ASGIApp:
    """Let the application know its path, such as `/shelf`; it answers `/shelf/about` and `/about` alike."""

    async def placed(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and path:
            asked = "/" if scope["path"] == path else scope["path"]
            kept = asked.startswith(f"{path}/")
            scope = {**scope, "root_path": path, "path": asked if kept else path + asked}
        await app(scope, receive, send)

    return placed
