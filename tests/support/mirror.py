"""A mirror of dumps on 127.0.0.1 that goes wrong when it is told to, and remembers what it was asked."""

import contextlib
import hashlib
import json
import re
import threading
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

SECONDS_OF_A_STALL = 20.0  # no test should see its end


@dataclass(frozen=True)
class Fault:
    """What is wrong with one answer: a status in its place, a drop or a stall after some bytes, other bytes ..."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    drop_after: int | None = None
    stall_after: int | None = None
    length: int | None = None
    body: bytes | None = None
    no_ranges: bool = False
    slow: float = 0.0


@dataclass
class Request:
    """One request: the first byte that it asked for, and how many bytes of the body were sent."""

    path: str
    start: int
    agent: str
    sent: int = 0


class Mirror:
    """The files by path, the requests so far, and the faults of the coming answers; when they are used up, none."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.files: dict[str, bytes] = {}
        self.faults: defaultdict[str, list[Fault]] = defaultdict(list)
        self.requests: list[Request] = []
        self.at_once = self.most_at_once = 0
        self.lock = threading.Lock()

    def publish(
        self, parts: Mapping[str, bytes], wiki: str = "xxwiki", date: str = "20260101", status: str = "done",
        algorithms: tuple[str, ...] = ("sha1", "md5"),
    ) -> None:  # fmt: skip
        """Add a dump as Wikimedia has it: the page of the wiki, the status and the files."""
        folder = f"/{wiki}/{date}"
        files = {
            name: {"size": len(body), "url": f"{folder}/{name}"}
            | {algorithm: hashlib.new(algorithm, body).hexdigest() for algorithm in algorithms}
            for name, body in parts.items()
        }
        self.set_status({"articlesmultistreamdump": {"status": status, "files": files}}, folder)
        self.files |= {f"{folder}/{name}": body for name, body in parts.items()}
        page = self.files.get(f"/{wiki}/", b'<a href="../">../</a> <a href="latest/">latest/</a>')
        self.files[f"/{wiki}/"] = page + f'<a href="{date}/">{date}</a> 01-Jan-2026 10:00 -\n'.encode()

    def set_status(self, jobs: Mapping[str, Any], folder: str = "/xxwiki/20260101") -> None:
        jobs = {"pagetable": {"status": "done", "updated": "2026-01-01 10:00:00", "files": {}}, **jobs}
        self.files[f"{folder}/dumpstatus.json"] = json.dumps({"version": "0.8", "jobs": jobs}).encode()

    def asked(self, name: str) -> list[Request]:
        """The requests for a file."""
        return [one for one in self.requests if one.path.endswith(f"/{name}")]


@contextmanager
def running() -> Iterator[Mirror]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    server.block_on_close = False  # a stalled answer is not waited for
    mirror = Handler.mirrors[server.server_port] = Mirror(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield mirror
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    mirrors: ClassVar[dict[int, Mirror]] = {}

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        mirror = self.mirrors[self.server.server_port]  # type: ignore[attr-defined]
        path = re.sub(r"^http://[^/]+", "", self.path)  # a client of a proxy sends the whole address
        start = int((re.search(r"\d+", self.headers.get("Range", "")) or [0])[0])
        request = Request(path, start, self.headers["User-Agent"])
        with mirror.lock:
            mirror.requests.append(request)
            faults = mirror.faults[path]
            fault = faults.pop(0) if faults else Fault()
            mirror.at_once += 1
            mirror.most_at_once = max(mirror.most_at_once, mirror.at_once)
        time.sleep(fault.slow)
        with mirror.lock:  # before the answer, since its reader may ask again before this thread goes on
            mirror.at_once -= 1
        with contextlib.suppress(ConnectionError):
            self.answer(mirror, request, fault)
        self.close_connection = True

    def answer(self, mirror: Mirror, request: Request, fault: Fault) -> None:
        whole = mirror.files.get(request.path) if fault.body is None else fault.body
        if fault.status or whole is None:
            self.head(fault.status or 404, {"Content-Length": "0", **fault.headers})
            return
        start = 0 if fault.no_ranges else request.start
        if start >= len(whole):
            self.head(416, {"Content-Range": f"bytes */{len(whole)}", "Content-Length": "0"})
            return
        body = whole[start:]
        span = {"Content-Range": f"bytes {start}-{len(whole) - 1}/{len(whole)}"} if start else {}
        length = len(body) if fault.length is None else fault.length
        self.head(206 if start else 200, {**span, "Content-Length": str(length)})
        self.send(body, request, fault)

    def send(self, body: bytes, request: Request, fault: Fault) -> None:
        last = fault.drop_after if fault.stall_after is None else fault.stall_after
        request.sent = len(body[:last])
        self.wfile.write(body[:last])
        if fault.stall_after is not None:
            self.wfile.flush()
            time.sleep(SECONDS_OF_A_STALL)

    def head(self, status: int, headers: Mapping[str, str]) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
