"""HEAD for every GET, OPTIONS, and what a 405 allows."""

from starlette.types import ASGIApp, Receive, Scope, Send


def around(app: ASGIApp) -> ASGIApp:
    """Let a HEAD be asked as a GET; the server leaves the body of the answer out."""

    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] == "HEAD":
            scope = {**scope, "method": "GET"}
        await app(scope, receive, send)

    return asked


def allowed(own: str) -> str:
    """Return the header Allow of a route whose own methods are these."""
    methods = [one.strip() for one in own.split(",")]
    return ", ".join(dict.fromkeys([*methods, *(["HEAD"] if "GET" in methods else []), "OPTIONS"]))
