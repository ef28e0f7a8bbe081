"""The clients of bench/switch.py: processes that ask without pause and tell which model answered.

A model has layout A or layout B, and each layout has vectors of its own. An article has the same vector as the link of
its number. The similarities in an answer therefore tell the layout: an answer that mixes two models fits neither.
"""

import multiprocessing
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

import api
from bench.common import unit_rows
from db.connection import Database
from db.errors import ArticleWithoutVector

DIMENSIONS = {"A": 50, "B": 64}
PROCESSES = multiprocessing.get_context("spawn")


class Query(NamedTuple):
    """One question; `outcome` is the layout that answered, or what was wrong."""

    start: float
    end: float
    outcome: str


def rows_of(layout: str, n_articles: int) -> NDArray[np.float32]:
    """The vectors of a layout, of which the last is that of "Half"."""
    return unit_rows(n_articles + 1, DIMENSIONS[layout], seed=DIMENSIONS[layout])


@contextmanager
def asking(url: str, n_articles: int, clients: int) -> Iterator[list[Query]]:
    """Let clients ask in processes of their own; the list is filled at the end."""
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
    """Ask as one client without pause, and check each answer."""
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
    """The questions of a client. Each returns the layout that answered, or what was wrong."""

    def __init__(self, database: Database, shelf: api.Shelf, n_articles: int) -> None:
        self.database, self.shelf = database, shelf
        self.rows = {layout: rows_of(layout, n_articles) for layout in DIMENSIONS}
        self.questions = (self.articles, self.links, self.sql, self.both_views, self.half)

    def articles(self, number: int) -> str:
        """Ask for the nearest articles through the Python API."""
        found = self.shelf.similar_articles(f"Book {number}")
        return self.layout_of(number, [(one.article_id, one.similarity) for one in found])

    def links(self, number: int) -> str:
        """Ask for the nearest links through the Python API."""
        found = self.shelf.similar_links(f"Link {number}")
        return self.layout_of(number, [(one.link_id, one.similarity) for one in found])

    def sql(self, number: int) -> str:
        """Ask for the nearest articles as a person does in psql."""
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
        """Ask for the similarity of an article and the link of its number, which have the same vector."""
        query = text("""
            select a.article_id, 1 - (a.embedding <=> l.embedding), vector_dims(a.embedding)
            from article_vectors a join link_vectors l on l.link_id = a.article_id where a.article_id = :number""")
        with self.database.session() as connection:
            _, similarity, dimensions = connection.execute(query, {"number": number}).one()
        layouts = [layout for layout, known in DIMENSIONS.items() if known == dimensions and similarity > 0.9999]
        return layouts[0] if layouts else f"{number} is like itself by {similarity}"

    def half(self, number: int) -> str:
        """Ask for the article that only B knows: the missing answer and its reason must be of one model."""
        try:
            return "B" if self.shelf.similar_articles("Half") else "no answer and no reason"
        except ArticleWithoutVector:
            return "A"

    def layout_of(self, number: int, found: Sequence[tuple[int, float]]) -> str:
        """The layout in which the article of that number has these similarities to these others."""
        others, similarities = zip(*found, strict=True) if len(found) == 10 else ((), ())
        for layout, rows in self.rows.items():
            if others and np.allclose(rows[[*others]] @ rows[number], similarities, atol=1e-4):
                return layout
        return f"neither A nor B: {number} with {found}"
