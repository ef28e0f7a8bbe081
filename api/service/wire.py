"""One client's connection: uvicorn's protocol, with limits to what is sent, how slowly, and by how many."""

import asyncio
from collections.abc import Iterable
from typing import Any, ClassVar
from urllib.parse import unquote_to_bytes

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol, RequestResponseCycle

from api.service import refusal
from api.service.bodies import MOST_BYTES
from api.service.questions import LEFT

MOST_ADDRESS, MOST_HEAD = 16 * 1024, 32 * 1024  # bytes; the head is the address and all headers
MOST_SENT = 2 * MOST_BYTES  # bytes of a body as it is sent, with the lengths of its chunks
MOST_IN_LINE = 20  # requests that one client sends before it has the answer to the first
MOST_DISCARDED = 4 * MOST_SENT
MOST_UNREAD = 64 * 1024 * 1024  # bytes of answers that all clients together have not read yet
HEAD_SECONDS, BODY_SECONDS, IDLE_SECONDS, LAST_SECONDS = 10.0, 20.0, 20, 2.0
READ_SECONDS, LEAST_READ = 20.0, 64 * 1024  # A client that reads less than so many bytes in this time is too slow.
NEVER = float("inf")


class Wire(HttpToolsProtocol):
    """A connection that keeps to the limits.

    `due` is when the client must have sent what we wait for: a head, a body, or its leave after a refusal.
    """

    most_clients: ClassVar[int]
    admin_port: ClassVar[int | None]

    # What asyncio calls

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait for a head; where there are too many clients, the one that waited longest makes room."""
        super().connection_made(transport)
        self.since = self.loop.time()
        self.due = self.since + HEAD_SECONDS
        self.stage, self.received, self.url = 0, 0, b""
        self.in_head, self.refused, self.crowded = True, False, False
        self.unread: tuple[float, int] | None = None
        self.asking: asyncio.Task[Any] | None = None
        self.running: RequestResponseCycle | None = None
        self.counts = self.server is None or self.server[1] != self.admin_port
        if self.counts:
            self._make_room()

    def connection_lost(self, exc: Exception | None) -> None:
        """Call off what is being asked for a client that has left, also if it has sent more requests since."""
        super().connection_lost(exc)
        if self.running is not None and not self.running.response_complete:
            self.running.disconnected = True
            self.running.message_event.set()
        if self.asking is not None:
            self.asking.cancel(LEFT)

    def data_received(self, data: bytes) -> None:
        """Read on, unless the client was refused or has sent too much."""
        if self.refused:
            self._discard(data)
            return
        if self.due == NEVER:
            self.due = self.loop.time() + HEAD_SECONDS
        stage = self.stage
        super().data_received(data)
        if self.stage == stage and not self.refused:
            self.received += len(data)
            if self.in_head and self.received > MOST_HEAD:
                self.refuse(*(refusal.LONG_ADDRESS if len(self.url) > MOST_ADDRESS else refusal.LONG_HEAD))
            elif self.received > MOST_SENT:
                self.refuse(*refusal.LONG_BODY)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is not HTTP."""
        self.refuse(*refusal.NOT_HTTP)

    # What the parser calls

    def on_message_begin(self) -> None:
        """Begin to read a head."""
        self.due = min(self.due, self.loop.time() + HEAD_SECONDS)
        super().on_message_begin()

    def on_headers_complete(self) -> None:
        """Hand the request on, or refuse it before anybody looks at it."""
        if self.refused:
            return
        is_crowded = self.crowded or len(self.pipeline) >= MOST_IN_LINE
        wrong = refusal.CROWDED if is_crowded else wrong_head(self.url, self.headers, self.parser.get_http_version())
        if wrong is not None:
            self.refuse(*wrong)
            return
        self.scope["state"]["wire"] = self
        super().on_headers_complete()
        self._enter(in_head=False, due=self.loop.time() + BODY_SECONDS)

    def on_body(self, body: bytes) -> None:
        """Hand a piece of the body on."""
        if not self.refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for nothing any more until the answer is given."""
        if not self.refused:
            self._enter(in_head=True, due=NEVER)
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request."""
        self.since = self.loop.time()
        super().on_response_complete()

    # What this service does

    def refuse(self, status: int, detail: str) -> None:
        """Answer a problem, and close as soon as the client has read it; it is told nothing amid another answer."""
        if self.refused:
            return
        cycle, self.refused, self.due = self.cycle, True, self.loop.time() + LAST_SECONDS
        self._unset_keepalive_if_required()
        open_cycle = cycle is not None and not cycle.response_complete
        amid = open_cycle if self.in_head else cycle.response_started
        if open_cycle:
            cycle.disconnected = True
            cycle.message_event.set()
        if amid or self.transport.is_closing():
            self.transport.abort()
            return
        self.transport.write(refusal.written(STATUS_LINE[status], self.server_state.default_headers, status, detail))
        self.flow.resume_reading()
        self.transport.write_eof()

    def _discard(self, data: bytes) -> None:
        """Read what a refused client still sends; a close amid a little more of it would take the answer from it."""
        self.received += len(data)
        if self.received > MOST_DISCARDED:
            self.transport.abort()

    @property
    def waits(self) -> bool:
        """Whether it is the client's turn: to send, or to read what it was answered."""
        done = self.cycle is None or self.cycle.response_complete or self.cycle.more_body
        return done or self.transport.get_write_buffer_size() > 0

    def check(self, now: float) -> int:
        """End the connection if the client is too slow. Return how many bytes it has not read yet."""
        if now > self.due:
            self.due = NEVER
            started = self.received or not self.in_head
            if self.refused or not started:
                self.transport.abort()
            else:
                self.refuse(*refusal.SLOW)
        unread = self.transport.get_write_buffer_size()
        if self._reads_too_slowly(now, unread):
            self.transport.abort()
        return unread

    def _enter(self, in_head: bool, due: float) -> None:
        self.stage, self.received, self.in_head, self.due = self.stage + 1, 0, in_head, due

    def _start_asgi_task(self, cycle: RequestResponseCycle, app: Any) -> None:
        self.running = cycle
        super()._start_asgi_task(cycle, app)

    def _unsupported_upgrade_warning(self) -> None:
        """Answer as if nothing but HTTP/1.1 had been offered, as RFC 9110 has it; the log need not know."""

    def _reads_too_slowly(self, now: float, unread: int) -> bool:
        if not unread or self.unread is None:
            self.unread = (now, unread) if unread else None
        elif now - self.unread[0] >= READ_SECONDS:
            before, self.unread = self.unread[1], (now, unread)
            return before - unread < LEAST_READ
        return False

    def _make_room(self) -> None:
        others = [one for one in self.connections if isinstance(one, Wire) and one.counts and one is not self]
        if len(others) >= self.most_clients and (waiting := [one for one in others if one.waits]):
            oldest = min(waiting, key=lambda one: one.since)
            oldest.counts = False  # asyncio tells of its end later, and more clients may come before that
            oldest.transport.abort()
            others.remove(oldest)
        self.crowded = len(others) >= self.most_clients
        if len(others) >= 2 * self.most_clients:
            self.transport.abort()


def wrong_head(url: bytes, headers: list[tuple[bytes, bytes]], version: str) -> refusal.Refusal | None:
    """Return why a request is refused by its head alone."""
    if version not in {"1.0", "1.1"}:
        return refusal.NOT_HTTP
    if len(url) > MOST_ADDRESS:
        return refusal.LONG_ADDRESS
    if len(url) + sum(len(name) + len(value) + 4 for name, value in headers) > MOST_HEAD:
        return refusal.LONG_HEAD
    hosts = [value for name, value in headers if name == b"host"]
    if len(hosts) > 1 or (version == "1.1" and not hosts) or not all(refusal.HOST.fullmatch(host) for host in hosts):
        return refusal.WRONG_HOST
    if b"%" in url:
        try:
            unquote_to_bytes(url).decode()
        except UnicodeDecodeError:
            return refusal.NOT_UTF8
    length = next((value for name, value in headers if name == b"content-length"), b"0")
    return refusal.LONG_BODY if int(length) > MOST_BYTES else None


def sweep(connections: Iterable[Any], now: float) -> None:
    """Check all connections; where too much is unread, end those that have the most of it."""
    unread = {one: one.check(now) for one in list(connections)}
    total = sum(unread.values())
    for one in sorted(unread, key=lambda one: -unread[one]):
        if total <= MOST_UNREAD:
            break
        total -= unread[one]
        one.transport.abort()
