"""The HTTP service as a process, and a client."""

import http.client
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
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

    def raw(self, path: str, headers: dict[str, str] | None = None) -> bytes:
        """The bytes of an answer."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("GET", path, None, headers or {})
            return connection.getresponse().read()
        finally:
            connection.close()

    def post(self, path: str, content: bytes) -> Reply:
        """Send a body of JSON."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request("POST", path, content, {"Content-Type": "application/json"})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read().decode())
        finally:
            connection.close()

    def get(self, path: str, headers: dict[str, str] | None = None, method: str = "GET", **query: Any) -> Reply:
        """Ask; lists repeat a parameter."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, f"{path}?{urlencode(query, doseq=True)}" if query else path, None, headers or {})
            response = connection.getresponse()
            return Reply(response.status, response.headers, response.read().decode())
        finally:
            connection.close()


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
        yield Service(process, int(said[0].rsplit(":", 1)[1]))
    finally:
        process.terminate()
        try:
            process.communicate(timeout=20)
        finally:
            process.kill()
