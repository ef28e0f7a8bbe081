"""The clients of bench/soak.py: those who ask and look at the answers, and those who mean harm."""

import http.client
import random
import re
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from typing import NamedTuple

from bench import planted_models

# The dearest requests; who sends one hangs up before it is answered.
DEAR = (
    "/recommend?like=Book%201&like=Book%20500&diversity=1&count=1000",
    "/articles/Book%203/similar?exact=true&count=1000",
    "/articles/Book%204/similar?min_similarity=1&count=1000",
    "/search?words=bok%20of%20buks&count=1000",
    "/taste?like=Book%207&diversity=1",
    "/article/Book%208?diversity=1",
    "/explain?a=Book%201&b=Book%202&count=1000",
)
# What a slow client sends at first; then it neither sends nor reads.
SLOW = (
    b"",
    b"GET /articles/Bo",
    b"GET / HTTP/1.1\r\nHost: x\r\nX: y\r\n",
    b"POST /match HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 200000\r\n\r\n{",
    b"GET /static/style.css HTTP/1.1\r\nHost: x\r\n\r\n" * 20,
)
Stop = threading.Event


class Asked(NamedTuple):
    """One question: its time, and as the outcome "A", "B", the status, or what was wrong."""

    start: float
    end: float
    outcome: str


@contextmanager
def running(clients: Sequence[Callable[[Stop], None]]) -> Iterator[None]:
    """Let each of them run in a thread of its own until the end of the block."""
    stop = Stop()
    threads = [threading.Thread(target=client, args=(stop,)) for client in clients]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def asking(port: int, clients: int, asked: list[Asked]) -> list[Callable[[Stop], None]]:
    """Clients whose questions all go into the list."""
    return [partial(_ask, port, seed, asked) for seed in range(clients)]


def looking(port: int, looked: list[Asked]) -> list[Callable[[Stop], None]]:
    """One who asks twice a second whether the service is ready."""
    return [partial(_look, port, looked)]


def harming(port: int, abusers: int, slow: int) -> list[Callable[[Stop], None]]:
    """Those who send dear requests and hang up, and those who are slow."""
    return [
        *(partial(_abuse, port, seed) for seed in range(abusers)),
        *(partial(_dawdle, port, seed) for seed in range(slow)),
    ]


def _ask(port: int, seed: int, asked: list[Asked], stop: Stop) -> None:
    """Ask as one client, with a connection of its own and at most five questions per second."""
    generator = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while not stop.wait(0.2):
        number = generator.randrange(planted_models.N_ARTICLES)
        asked.append(_outcome(connection, f"/articles/Book%20{number}/similar", partial(outcome_of, number)))
    connection.close()


def _look(port: int, looked: list[Asked], stop: Stop) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while not stop.wait(0.5):
        looked.append(_outcome(connection, "/readyz", lambda status, _: str(status)))
    connection.close()


def _outcome(connection: http.client.HTTPConnection, path: str, judge: Callable[[int, bytes], str]) -> Asked:
    """Ask, once more over a new connection where the service had closed the old one as idle."""
    start = time.monotonic()
    for attempt in range(2):
        is_old = connection.sock is not None
        try:
            connection.request("GET", path)
            response = connection.getresponse()
            return Asked(start, time.monotonic(), judge(response.status, response.read()))
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            if not is_old or attempt:
                return Asked(start, time.monotonic(), f"{type(error).__name__}: {error}")
    raise AssertionError("the second attempt returns")


def outcome_of(number: int, status: int, content: bytes) -> str:
    """The layout that answered, or what was wrong."""
    if status != 200:
        return str(status)
    found = {int(one) for one in re.findall(rb'"article_id":(\d+)', content)}
    return planted_models.layout_of(number, found) or f"wrong: {number} with {sorted(found)}"


def _abuse(port: int, seed: int, stop: Stop) -> None:
    generator = random.Random(seed)
    while not stop.wait(generator.random() / 10):
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=5) as client:
            client.sendall(f"GET {generator.choice(DEAR)} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
            stop.wait(generator.random() / 3)


def _dawdle(port: int, seed: int, stop: Stop) -> None:
    generator = random.Random(seed)
    while not stop.wait(0.1):
        with suppress(OSError), socket.socket() as client:
            client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            client.settimeout(1)
            client.connect(("127.0.0.1", port))
            client.sendall(generator.choice(SLOW))
            stop.wait(30 * generator.random())
