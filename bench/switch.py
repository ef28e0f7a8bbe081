"""Searches while models are stored, activated, rolled back and dropped: their latency, failures and mixed answers.

    python -m bench.switch [--articles 10000] [--rounds 20] [--clients 8]

bench/switch_clients.py holds the clients and how they tell which model answered.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np
from sqlalchemy import Connection, text

from bench.common import add_books, parser, store_model
from bench.switch_clients import DIMENSIONS, Query, asking, rows_of
from db.connection import Database
from db.models import activation
from db.opening import connect


class Phase(NamedTuple):
    """What the switching side did from `start` to `end`. All processes of the machine share this clock."""

    name: str
    start: float
    end: float


def main() -> None:
    """Plant articles, ask and switch, and print one line per kind of phase."""
    command = parser(__doc__)
    command.add_argument("--articles", type=int, default=10_000, metavar="N")
    command.add_argument("--rounds", type=int, default=20, metavar="N")
    command.add_argument("--clients", type=int, default=8, metavar="N")
    options = command.parse_args()
    with connect() as database:
        queries, phases = run(database, options.articles, options.rounds, options.clients)
    report(queries, phases)


def run(
    database: Database, n_articles: int, rounds: int, clients: int, pause: float = 0.3
) -> tuple[list[Query], list[Phase]]:
    """Everything that was asked, and everything that was done meanwhile, with pauses of `pause` seconds."""
    plant(database, n_articles)
    first = store(database, "A", n_articles)
    with database.transaction() as connection:
        activation.activate(connection, first)
    with asking(database.url, n_articles, clients) as queries:
        phases = list(switched(database, first, n_articles, rounds, pause))
    return queries, phases


def switched(database: Database, first: int, n_articles: int, rounds: int, pause: float) -> Iterator[Phase]:
    """Do nothing for a while, then the rounds with a model of layout B each, then switch during one long query."""
    yield timed("before", lambda: time.sleep(10 * pause))
    for _ in range(rounds):
        start = time.monotonic()
        second = store(database, "B", n_articles)
        yield Phase("store", start, time.monotonic())
        yield timed("activate", in_transaction(database, activation.activate, second))
        yield timed("B answers", lambda: time.sleep(pause))
        yield timed("roll back", in_transaction(database, activation.activate, first))
        yield timed("A answers", lambda: time.sleep(pause))
        yield timed("drop", in_transaction(database, activation.drop, second))
    second = store(database, "B", n_articles)
    reader = threading.Thread(target=read_for, args=(database, 10 * pause))
    reader.start()
    time.sleep(pause)
    yield timed("activate behind a long query", in_transaction(database, activation.activate, second))
    reader.join()


def timed(name: str, action: Callable[[], None]) -> Phase:
    """Do it, and note when it began and ended."""
    start = time.monotonic()
    action()
    return Phase(name, start, time.monotonic())


def in_transaction(database: Database, verb: Callable[[Connection, int], None], model_id: int) -> Callable[[], None]:
    """An action that runs the verb as the command line does."""

    def action() -> None:
        with database.transaction() as connection:
            verb(connection, model_id)

    return action


def read_for(database: Database, seconds: float) -> None:
    """Read the view in one query that lasts for so many seconds."""
    with database.session() as connection:
        connection.execute(text("select count(*), pg_sleep(:seconds) from article_vectors"), {"seconds": seconds})


def plant(database: Database, n_articles: int) -> None:
    """Add as many articles and links, and one article more, "Half", that only models of layout B know."""
    query = """
        insert into links (link_id, kind, title, article_count)
        select n, 'page', 'Link ' || n, 1 from generate_series(0, :n - 1) n"""
    with database.transaction() as connection:
        add_books(connection, n_articles + 1)
        connection.execute(text("update articles set title = 'Half' where article_id = :n"), {"n": n_articles})
        connection.execute(text(query), {"n": n_articles})


def store(database: Database, layout: str, n_articles: int) -> int:
    """Store a model of this layout, ready but not active."""
    rows = rows_of(layout, n_articles)
    return store_model(database, rows if layout == "B" else rows[:n_articles], rows[:n_articles])


def report(queries: list[Query], phases: list[Phase]) -> None:
    """Print, for each kind of phase, the latencies of the queries that met it."""
    print(f"{'':30}{'phases':>8}{'seconds':>9}{'queries':>9}{'median':>10}{'p99':>10}{'most':>10}")
    met: dict[str, list[float]] = defaultdict(list)
    for phase in phases:
        met[phase.name] += [q.end - q.start for q in queries if q.start < phase.end and q.end > phase.start]
    for name, seconds in met.items():
        lengths = [phase.end - phase.start for phase in phases if phase.name == name]
        times = "".join(f"{1000 * value:7.1f} ms" for value in np.percentile(seconds, [50, 99, 100]))
        print(f"{name:30}{len(lengths):8}{np.mean(lengths):9.2f}{len(seconds):9}{times}")
    wrong = [query.outcome for query in queries if query.outcome not in DIMENSIONS]
    print(f"{len(queries):,} queries, of which {len(wrong)} failed or mixed two models {wrong[:3]}")


if __name__ == "__main__":
    main()
