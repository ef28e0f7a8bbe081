"""Searches while models are stored, activated, rolled back and dropped: latency, failures, answers of two models.

    python -m bench.switch [--articles 10000] [--rounds 20] [--clients 8]

Models of layout A and of layout B have vectors of their own, and an article's is that of the link of its number: the
similarities in an answer tell the layout; those of two layouts in one answer fit neither.
"""

import argparse
import multiprocessing
import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

import api
from db.connection import Database
from db.errors import ArticleWithoutVector
from db.models import activation, registry, vectors
from db.opening import connect

DIMENSIONS = {"A": 50, "B": 64}
PROCESSES = multiprocessing.get_context("spawn")


class Query(NamedTuple):
    """One question; `outcome` is the layout that answered, or what was wrong."""

    start: float
    end: float
    outcome: str


class Phase(NamedTuple):
    """What the switching side did from `start` to `end`, by the clock of all processes of the machine."""

    name: str
    start: float
    end: float


def main() -> None:
    """Plant, ask and switch, print a line a phase."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=10_000, metavar="N")
    parser.add_argument("--rounds", type=int, default=20, metavar="N")
    parser.add_argument("--clients", type=int, default=8, metavar="N")
    options = parser.parse_args()
    with connect() as database:
        queries, phases = run(database, options.articles, options.rounds, options.clients)
    report(queries, phases)


def run(
    database: Database, n_articles: int, rounds: int, clients: int, pause: float = 0.3
) -> tuple[list[Query], list[Phase]]:
    """Everything that was asked, and everything that was done meanwhile, with pauses of so many seconds."""
    plant(database, n_articles)
    first = store(database, "A", n_articles)
    with database.transaction() as connection:
        activation.activate(connection, first)
    with asking(database.url, n_articles, clients) as queries:
        phases = list(switched(database, first, n_articles, rounds, pause))
    return queries, phases


def switched(database: Database, first: int, n_articles: int, rounds: int, pause: float) -> Iterator[Phase]:
    """Quiet, then the rounds, each with a model of layout B, then a switch while one query lasts for 10 pauses."""
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
    """Do it, and say how long it took."""
    start = time.monotonic()
    action()
    return Phase(name, start, time.monotonic())


def in_transaction(database: Database, verb: Callable[[Connection, int], None], model_id: int) -> Callable[[], None]:
    """The verb as the command line runs it."""

    def action() -> None:
        with database.transaction() as connection:
            verb(connection, model_id)

    return action


def read_for(database: Database, seconds: float) -> None:
    """A query that reads the view for so long."""
    with database.session() as connection:
        connection.execute(text("select count(*), pg_sleep(:seconds) from article_vectors"), {"seconds": seconds})


def plant(database: Database, n_articles: int) -> None:
    """Articles and links 0, 1, ..., and the article "Half", that only models of layout B know."""
    with database.transaction() as connection:
        connection.execute(
            text("""
                insert into articles (article_id, topic, title, infobox, text_length)
                select n, 'book', case n when :n then 'Half' else 'Book ' || n end, '{}', 1
                from generate_series(0, :n) n"""),
            {"n": n_articles},
        )
        connection.execute(
            text("""
                insert into links (link_id, kind, title, article_count)
                select n, 'page', 'Link ' || n, 1 from generate_series(0, :n - 1) n"""),
            {"n": n_articles},
        )


def store(database: Database, layout: str, n_articles: int) -> int:
    """A model of this layout, ready but not active."""
    numbers = np.arange(n_articles + (layout == "B"), dtype=np.int32)
    rows = planted_rows(layout, n_articles)[: len(numbers)]
    with registry.training(database, "softmax", DIMENSIONS[layout], {"layout": layout}) as model_id:
        with database.transaction() as connection:
            vectors.store(connection, model_id, "articles", numbers, rows)
            vectors.store(connection, model_id, "links", numbers[:n_articles], rows[:n_articles])
            registry.finish(connection, model_id, {"articles": len(numbers), "links": n_articles}, layout)
    return model_id


def planted_rows(layout: str, n_articles: int) -> NDArray[np.float32]:
    """Random unit rows around 300 directions, another set for each layout; the last is that of "Half"."""
    generator = np.random.default_rng(DIMENSIONS[layout])
    rows = generator.normal(size=(300, DIMENSIONS[layout]))[generator.integers(300, size=n_articles + 1)]
    rows += 0.5 * generator.normal(size=rows.shape)
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@contextmanager
def asking(url: str, n_articles: int, clients: int) -> Iterator[list[Query]]:
    """Clients in processes of their own; the list is filled at the end."""
    stop, ready, results = PROCESSES.Event(), PROCESSES.Barrier(clients + 1), PROCESSES.Queue()
    found: list[Query] = []
    processes = [
        PROCESSES.Process(target=ask_until, args=(url, n_articles, seed, ready, stop, results))
        for seed in range(clients)
    ]
    for process in processes:
        process.start()
    ready.wait(60)
    try:
        yield found
    finally:
        stop.set()
        for _ in processes:
            found += results.get(timeout=60)
        for process in processes:
            process.join()


def ask_until(url: str, n_articles: int, seed: int, ready: Any, stop: Any, results: Any) -> None:
    """One client: ask without pause, and check each answer."""
    generator, asked = random.Random(seed), []
    with Database(url) as database, api.Shelf(database) as shelf:
        client = Client(database, shelf, n_articles)
        ready.wait(60)
        while not stop.is_set():
            number, question = generator.randrange(n_articles), generator.choice(client.questions)
            start = time.monotonic()
            try:
                outcome = question(number)
            except Exception as error:
                outcome = f"{type(error).__name__}: {error}"
            asked.append(Query(start, time.monotonic(), outcome))
    results.put(asked)


class Client:
    """The questions; each gives the layout that answered."""

    def __init__(self, database: Database, shelf: api.Shelf, n_articles: int) -> None:
        self.database, self.shelf = database, shelf
        self.rows = {layout: planted_rows(layout, n_articles) for layout in DIMENSIONS}
        self.questions = (self.articles, self.links, self.sql, self.both_views, self.half)

    def articles(self, number: int) -> str:
        """By the Python API."""
        found = self.shelf.similar_articles(f"Book {number}")
        return self.layout_of(number, [(one.article_id, one.similarity) for one in found])

    def links(self, number: int) -> str:
        """By the Python API."""
        found = self.shelf.similar_links(f"Link {number}")
        return self.layout_of(number, [(one.link_id, one.similarity) for one in found])

    def sql(self, number: int) -> str:
        """As a person writes it in psql."""
        query = text("""
            select article_id, 1 - distance
            from (
                select article_id,
                       embedding <=> (select embedding from article_vectors where article_id = :n) as distance
                from article_vectors order by distance limit 10
            ) nearest""")
        with self.database.session() as connection:
            return self.layout_of(number, [tuple(row) for row in connection.execute(query, {"n": number})])

    def both_views(self, number: int) -> str:
        """Article and link of one number have one vector in every model."""
        query = text("""
            select a.article_id, 1 - (a.embedding <=> l.embedding), vector_dims(a.embedding)
            from article_vectors a join link_vectors l on l.link_id = a.article_id where a.article_id = :number""")
        with self.database.session() as connection:
            _, similarity, dimensions = connection.execute(query, {"number": number}).one()
        layouts = [layout for layout, known in DIMENSIONS.items() if known == dimensions and similarity > 0.9999]
        return layouts[0] if layouts else f"{number} is like itself by {similarity}"

    def half(self, number: int) -> str:
        """An article that only B knows: no answer, and the reason why, are of one model."""
        try:
            return "B" if self.shelf.similar_articles("Half") else "no answer and no reason"
        except ArticleWithoutVector:
            return "A"

    def layout_of(self, number: int, found: Sequence[tuple[int, float]]) -> str:
        """The layout in which the number is that similar to each of these."""
        others, similarities = zip(*found, strict=True) if len(found) == 10 else ((), ())
        for layout, rows in self.rows.items():
            if others and np.allclose(rows[[*others]] @ rows[number], similarities, atol=1e-4):
                return layout
        return f"neither A nor B: {number} with {found}"


def report(queries: list[Query], phases: list[Phase]) -> None:
    """Print the latencies of the queries that met each kind of phase."""
    print(f"{'':30}{'phases':>8}{'seconds':>9}{'queries':>9}{'median':>10}{'p99':>10}{'most':>10}")
    met: dict[str, list[float]] = defaultdict(list)
    for phase in phases:
        met[phase.name] += [q.end - q.start for q in queries if q.start < phase.end and q.end > phase.start]
    for name, seconds in met.items():
        lengths = [phase.end - phase.start for phase in phases if phase.name == name]
        times = "".join(f"{1000 * value:7.1f} ms" for value in np.percentile(seconds, [50, 99, 100]))
        print(f"{name:30}{len(lengths):8}{np.mean(lengths):9.2f}{len(seconds):9}{times}")
    wrong = [query.outcome for query in queries if query.outcome not in DIMENSIONS]
    print(f"{len(queries):,} queries, {len(wrong)} failed or mixed {wrong[:3]}")


if __name__ == "__main__":
    main()
