"""Questions to the shelf of bench/scale.py: the median and the 99th percentile of their times, and what they find."""

import http.client
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlalchemy import text

from bench.common import server_seconds, serving
from bench.structured import LANGUAGES
from db.connection import Database
from db.models import labelled, vectors
from train.evaluation.prominence import SCALE

ASKED, COUNT, WARMING = 200, 10, 20
OTHERS = "select title from articles order by hashint4(article_id) limit 3000"
DIALS = (-1.0, 0.5, 1.0)
TYPED = range(1, 13)  # So many letters of a title are typed before the next one.
SIMILAR = "select article_id from similar_articles(%s::text, 10"
Ask = Callable[[str], set[int]]


class Catalogue(NamedTuple):
    """The articles with vectors, in the order of their ids; `titles` are those of the asked ones by position."""

    ids: NDArray[np.int32]
    rows: NDArray[np.float32]
    prominence: NDArray[np.float32]
    titles: dict[int, str]

    def nearest(self, place: int, dial: float, passing: NDArray[np.bool_] | None) -> set[int]:
        """The ids of the ten nearest by cosine and prominence, or of all that pass if they are fewer."""
        scores = self.rows @ self.rows[place] + np.float32(SCALE * dial) * self.prominence
        scores[place] = -np.inf
        if passing is not None:
            scores[~passing] = -np.inf
        best = np.argpartition(-scores, COUNT)[:COUNT]
        return set(self.ids[best[np.isfinite(scores[best])]].tolist())


def report(database: Database, home: Path) -> None:
    """Print one line for each kind of question."""
    found = catalogue(database)
    print(f"    {'':24}{'p50 ms':>9}{'p99 ms':>9}{'server CPU ms':>15}{'recall@10':>11}")
    with closing(psycopg.connect(database.url, autocommit=True)) as connection, serving(database.url) as (_, port):
        for (title,) in connection.execute(OTHERS).fetchall():  # The server has read what is often asked for.
            by_sql(connection, f"{SIMILAR})", title)
        for name, ask, dial, language in questions(connection, port):
            passing = None if language is None else np.isin(found.ids, with_language(database, language))
            exact = {title: found.nearest(place, dial, passing) for place, title in found.titles.items()}
            timed(name, ask, list(found.titles.values()), home, exact)
        typed = [title[:length] for title in list(found.titles.values())[:40] for length in TYPED]
        timed(
            "typing, a letter",
            partial(by_sql, connection, "select article_id from search_articles(%s, 8)"),
            typed,
            home,
        )


def questions(connection: psycopg.Connection[Any], port: int) -> Iterator[tuple[str, Ask, float, str | None]]:
    """The name of each kind, how it is asked, its prominence and its filter."""
    yield "similar", partial(by_sql, connection, f"{SIMILAR})"), 0, None
    for dial in DIALS:
        yield f"prominence {dial}", partial(by_sql, connection, f"{SIMILAR}, prominence => {dial})"), dial, None
    for language in LANGUAGES:
        condition = f"""{SIMILAR}, facets => '{{"language": "{language}"}}')"""
        yield f"filter {language}", partial(by_sql, connection, condition), 0, language
    yield "HTTP, similar", partial(by_http, http.client.HTTPConnection("127.0.0.1", port)), 0, None


def by_sql(connection: psycopg.Connection[Any], query: str, words: str) -> set[int]:
    """Ask by a prepared statement."""
    return {row[0] for row in connection.execute(query, [words], prepare=True)}


def by_http(connection: http.client.HTTPConnection, title: str) -> set[int]:
    """Ask over one connection that is kept alive."""
    connection.request("GET", f"/articles/{quote(title, safe='')}/similar?count={COUNT}")
    answer = connection.getresponse().read().decode()
    return {int(part.split(",", 1)[0]) for part in answer.split('"article_id":')[1:]}


def timed(name: str, ask: Ask, words: Sequence[str], home: Path, exact: dict[str, set[int]] | None = None) -> None:
    """Print what these questions took and, where the exact answers are given, the share of them that was found."""
    for word in words[:WARMING]:
        ask(word)
    before, seconds, hits = server_seconds(home), [], 0
    for word in words:
        start = time.perf_counter()
        answer = ask(word)
        seconds.append(time.perf_counter() - start)
        hits += len(answer & exact[word]) if exact else 0
    cpu = 1000 * (server_seconds(home) - before) / len(words)
    p50, p99 = 1000 * np.percentile(seconds, [50, 99])
    recall = f"{hits / max(sum(map(len, exact.values())), 1):11.4f}" if exact else ""
    print(f"    {name:24}{p50:9.2f}{p99:9.2f}{cpu:15.2f}{recall}", flush=True)


def catalogue(database: Database) -> Catalogue:
    """The active model's articles, and some of them to ask about."""
    with database.transaction() as connection:
        model = labelled.whole_model(connection, None, "asked")
        ids, rows = vectors.read(connection, model.model_id, "articles", model.dimensions)
        prominence = connection.scalars(text("select prominence from article_vectors order by article_id")).all()
        places = np.random.default_rng(1).choice(len(ids), ASKED, replace=False)
        query = text("select article_id, title from articles where article_id = any(:ids)")
        titles = {row.article_id: row.title for row in connection.execute(query, {"ids": ids[places].tolist()})}
    return Catalogue(ids, rows, np.array(prominence, np.float32), {p: titles[int(ids[p])] for p in places.tolist()})


def with_language(database: Database, value: str) -> Sequence[int]:
    """The ids of the articles with this language."""
    query = text("select article_id from facets where name = 'language' and value = :value")
    with database.session() as connection:
        return connection.scalars(query, {"value": value}).all()
