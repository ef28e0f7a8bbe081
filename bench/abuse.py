"""The dearest legal request of each route, and what 16 clients that send them and hang up do to another.

    python -m bench.abuse [--articles 37020] [--seconds 20] [--clients 16] [--home FOLDER]

The first table has the seconds that each request takes alone, the least and the most of three. Then clients send such
requests without end, and close the connection after 50 ms, while one more client asks cheap questions and whether the
service is ready. --home names a folder in which the articles stay for the next run.
"""

import http.client
import itertools
import json
import random
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote, urlencode

import numpy as np

from bench import planted_heavy
from bench.common import empty_database, parser, serving, temporary_home
from bench.soak import resident

MOST, PAUSE = 1000, 0.05
BROAD = [("facet", "genre=half"), ("facet", "language=English"), ("facet", "year=1800..")]
VALUES = [("facet", f"year={year}..{year + 1}") for year in range(1800, 1898)]


class Question(NamedTuple):
    """A request: a GET, or a POST if it has a body."""

    name: str
    path: str
    body: bytes | None = None


class Answered(NamedTuple):
    """The seconds that an answer took, and its status; 0 if there was none."""

    seconds: float
    status: int


def main() -> None:
    """Plant, ask each question alone, then let the abusers in."""
    command = parser(__doc__)
    command.add_argument("--articles", type=int, default=37_020, metavar="N")
    command.add_argument("--seconds", type=float, default=20, metavar="N")
    command.add_argument("--clients", type=int, default=16, metavar="N")
    command.add_argument("--home", type=Path, metavar="FOLDER")
    options = command.parse_args()
    with nullcontext(options.home) if options.home else temporary_home() as home, empty_database(home) as database:
        if not database.fetch(f"select from {database.schema}.articles limit 1", {}):
            planted_heavy.plant(database, options.articles)
        questions = list(dear(options.articles))
        with serving(database.url) as (process, port):
            slowest = alone(port, questions)
            together(port, process, questions, options.clients, options.seconds)
        print(f"the dearest took {slowest:.2f} s")


def dear(articles: int) -> Iterator[Question]:
    """What costs most of all that the routes take, found by trying."""
    chosen = random.Random(1).sample(range(1, articles + 1), 100)
    likes, excluded = ([(name, f"Book {n}") for n in chosen] for name in ("like", "exclude"))
    one, link = "/articles/Book%201", "/links/Link%201"
    yield _get("similar, 1,000", f"{one}/similar", count=MOST)
    yield _get("similar, exact", f"{one}/similar", count=MOST, exact="true")
    yield _get("similar, least", f"{one}/similar", count=MOST, least="true", prominence=-1)
    yield _get(
        "similar, not author", f"{one}/similar", count=MOST, exact="true", same_author="false", same_series="false"
    )
    yield _get("similar, three broad facets", f"{one}/similar", *BROAD, count=MOST, exact="true")
    yield _get("similar, facets that meet nowhere", f"{one}/similar", *BROAD, ("facet", "series=No"), count=MOST)
    yield _get("similar, 100 years", f"{one}/similar", *VALUES, *BROAD[:2], count=MOST, exact="true")
    yield _get("similar, nothing so near", f"{one}/similar", *BROAD[:2], count=MOST, min_similarity=1, prominence=1)
    yield _get("near a link", f"{link}/articles", *BROAD, *excluded, count=MOST, prominence=1, min_similarity=0.99)
    yield _get("links near", f"{one}/links", count=MOST)
    yield _get("series of 600", "/articles/Book%20300/series")
    yield _get("similar links, rare kind", f"{link}/similar", count=MOST, kind="category")
    yield _get("recommend, 100 likes", "/recommend", *likes, *excluded, count=MOST)
    yield _get("recommend, diverse", "/recommend", *likes, *excluded, *BROAD, count=MOST, diversity=1, prominence=-1)
    yield _get("explain, 3,000 links each", "/explain", a="Book 1", b="Book 2", count=MOST)
    yield _get("search, one letter", "/search", words="b", count=MOST)
    yield _get("search, common words", "/search", words="of the and in a to la", count=MOST)
    yield _get("search, 500 letters", "/search", words=" ".join(f"{a}{b}" for a in "thofandi" for b in "aeiou")[:500])
    yield _get("search, nothing like it", "/search", words="ook the qqq ing zzz", count=MOST)
    yield _get("suggest, one letter", "/suggest", q="b")
    yield _get("unknown title", "/articles/The%20ook%20of%20qqq/similar")
    yield _get("unknown link", "/links/Link%20%25_/similar")
    yield _get("unknown facet", f"{one}/similar", ("facet", "gener=x"), topic="film")
    yield _post("match 100", "/match", titles=[f"Nothing {n}: of it, or the other - x" for n in range(100)],
                authors=["Some Body"] * 100)  # fmt: skip
    yield _post("selection of 10,000", "/map/selection", ids=list(range(3, min(articles, 10_002))))
    yield _get("article on the map", "/map/article/1")
    yield _get("points of the map", "/map/points")
    yield _get("page of an article", "/article/Book%201", prominence=1)
    yield _get("page of a link", "/link/Link%201")
    yield _get("page that compares", "/compare", a="Book 1", b="Book 2")
    yield _get("page of a taste", "/taste", *likes, diversity=1, genre="half")


def _get(name: str, path: str, *repeated: tuple[str, str], **given: object) -> Question:
    return Question(name, f"{path}?{urlencode([*repeated, *given.items()], quote_via=quote)}")


def _post(name: str, path: str, **given: object) -> Question:
    return Question(name, path, json.dumps(given).encode())


def asked(port: int, question: Question) -> Answered:
    """Ask over a connection of its own, as a stranger does."""
    start = time.monotonic()
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST" if question.body else "GET", question.path, question.body)
        response = connection.getresponse()
        response.read()
        return Answered(time.monotonic() - start, response.status)
    except OSError:
        return Answered(time.monotonic() - start, 0)
    finally:
        connection.close()


def alone(port: int, questions: list[Question]) -> float:
    """Print what each takes when nothing else runs; return the most of the least."""
    slowest = 0.0
    for question in questions:
        found = [asked(port, question) for _ in range(3)]
        least, most = min(found), max(found)
        slowest = max(slowest, least.seconds)
        statuses = sorted({one.status for one in found})
        print(f"{question.name:36}{least.seconds:8.3f} s{most.seconds:8.3f} s  {statuses}", flush=True)
    return slowest


def together(port: int, process: int, questions: list[Question], clients: int, seconds: float) -> None:
    """Print how another client fares without the abusers and with them."""
    before = resident(process)
    for name, number in (("alone", 0), ("beside abusers", clients)):
        with abusing(port, questions, number):
            cheap, ready = _watched(port, seconds)
        p50, p99 = 1000 * np.percentile([one.seconds for one in cheap], [50, 99])
        print(
            f"{name:16} {len(cheap):5} cheap questions, p50 {p50:.1f} ms, p99 {p99:.1f} ms,"
            f" {dict(Counter(one.status for one in cheap))}; /readyz {dict(Counter(one.status for one in ready))}",
            flush=True,
        )
    print(f"memory of the service: {before:.0f} MB, then {resident(process):.0f} MB")


def _watched(port: int, seconds: float) -> tuple[list[Answered], list[Answered]]:
    """Ask a cheap question ten times a second, and once a second whether the service is ready."""
    cheap: list[Answered] = []
    ready: list[Answered] = []
    deadline = time.monotonic() + seconds
    for turn in itertools.count():
        if time.monotonic() > deadline:
            return cheap, ready
        cheap.append(asked(port, _get("cheap", f"/articles/Book%20{turn % 1000 + 3}/similar")))
        if turn % 10 == 0:
            ready.append(asked(port, Question("ready", "/readyz")))
        time.sleep(0.1)
    raise AssertionError("the count has no end")


@contextmanager
def abusing(port: int, questions: list[Question], clients: int) -> Iterator[None]:
    """Let so many clients send the questions and hang up."""
    ended = threading.Event()

    def abuse(seed: int) -> None:
        chance = random.Random(seed)
        while not ended.is_set():
            question = chance.choice(questions)
            kind = "POST" if question.body else "GET"
            length = f"Content-Length: {len(question.body)}\r\n" if question.body else ""
            head = f"{kind} {question.path} HTTP/1.1\r\nHost: localhost\r\n{length}\r\n"
            try:
                with socket.create_connection(("127.0.0.1", port), 5) as sending:
                    sending.sendall(head.encode() + (question.body or b""))
                    time.sleep(PAUSE)
            except OSError:
                time.sleep(PAUSE)

    threads = [threading.Thread(target=abuse, args=[seed]) for seed in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        ended.set()
        for thread in threads:
            thread.join()


if __name__ == "__main__":
    main()
