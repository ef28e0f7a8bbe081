"""The HTTP service as a process, and a client."""

import http.client
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

from tests.conftest import ROOT


class Reply(NamedTuple):
    """What came back."""

    status: int
    headers: http.client.HTTPMessage
    text: str

    @property
    def json(self) -> Any:
        return json.loads(self.text)


@dataclass
class Service:
    """A running service."""

    process: subprocess.Popen[str]
    port: int
    admin_port: int | None = None

    def talk(self, content: bytes, seconds: float = 20) -> bytes:
        """Send bytes as they are, and return all that comes until the service closes or is silent for so long."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=seconds) as client:
            client.sendall(content)
            return rest_of(client)

    def raw(self, path: str, headers: dict[str, str] | None = None) -> bytes:
        """The bytes of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, None, headers or {})
            return connection.getresponse().read()
        finally:
            connection.close()

    def post(self, path: str, content: bytes, **headers: str) -> Reply:
        """Send a body of JSON, unless the headers call it otherwise."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", path, content, {"Content-Type": "application/json", **named})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read().decode(errors="replace"))
        finally:
            connection.close()

    def get(self, path: str, headers: dict[str, str] | None = None, method: str = "GET", **query: Any) -> Reply:
        """Ask; lists repeat a parameter."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, f"{path}?{urlencode(query, doseq=True)}" if query else path, None, headers or {})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read().decode(errors="replace"))
        finally:
            connection.close()


def rest_of(client: socket.socket) -> bytes:
    """All that comes until the other side closes or is silent."""
    received = b""
    with suppress(TimeoutError, ConnectionResetError):
        while piece := client.recv(65536):
            received += piece
    return received


def segment(title: str) -> str:
    """A title as part of a path."""
    return quote(title, safe="")


@contextmanager
def serving(url: str, *options: str, python: str | Path = sys.executable, folder: Path = ROOT) -> Iterator[Service]:
    """`python -m api serve` on a free port; it must end by SIGTERM within the time."""
    process = subprocess.Popen(
        [str(python), "-m", "api", "serve", "--port", "0", *options],
        cwd=folder,
        env={**os.environ, "DATABASE_URL": url},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    try:
        said = [process.stderr.readline()]
        assert said[0].startswith("listening on http://127.0.0.1:"), said[0] + process.stderr.read()
        while "startup complete" not in said[-1]:
            said.append(process.stderr.readline())
            assert said[-1], said
        ports = [int(line.rsplit(":", 1)[1]) for line in said if line.startswith("listening")]
        yield Service(process, *ports)
    finally:
        process.terminate()
        try:
            process.communicate(timeout=40)
        finally:
            process.kill()
