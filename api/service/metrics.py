"""Metrics for Prometheus."""

import time
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SECOND_BUCKETS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)


class Metrics:
    """The metrics of one application."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        labels = ("method", "route")
        self.requests = Counter("wikishelf_requests", "Requests answered", (*labels, "status"), registry=self.registry)
        self.seconds = Histogram(
            "wikishelf_request_seconds", "Until the last byte", labels, buckets=SECOND_BUCKETS, registry=self.registry
        )
        self.connections = Gauge(
            "wikishelf_connections_in_use", "Database connections that are answering", registry=self.registry
        )

    def text(self, in_use: int) -> bytes:
        """Return all metrics in Prometheus's own format."""
        self.connections.set(in_use)
        return generate_latest(self.registry)

    def around(self, app: ASGIApp) -> ASGIApp:
        """Measure the application. Routes are named by their pattern, so that a new title makes no new series."""

        async def measured(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] != "http":
                await app(scope, receive, send)
                return
            start, status = time.perf_counter(), 500

            async def noting(message: Message) -> None:
                nonlocal status
                if message["type"] == "http.response.start":
                    status = message["status"]
                await send(message)

            try:
                await app(scope, receive, noting)
            finally:
                labels = _method(scope), _route(scope)
                self.requests.labels(*labels, str(status)).inc()
                self.seconds.labels(*labels).observe(time.perf_counter() - start)

        return measured


def _method(scope: Scope) -> str:
    return scope["method"] if scope["method"] in {"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"} else "other"


def _route(scope: Scope) -> Any:
    return getattr(scope.get("route"), "path", "other")
