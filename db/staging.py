"""Where an import's records wait, part by part, until all are read.

A part is staged in a transaction of its own, by any process. The parts of a killed import stay, so that a rerun of the
same import goes on with the others; any other import clears them. Readers see nothing before the merge.
"""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from db import copy, locks, scripts
from db.articles import Article, Counts, Link, Redirect
from db.connection import Database
from db.errors import ImportInProgress

BATCH = 4_000  # articles staged at a time: about 80,000 pairs, 60 MB
TABLES = ", ".join(f"staging.{name}" for name in ("import", "parts", "articles", "facets", "links", "pairs", "aliases"))

Record = Article | Redirect
Done = dict[int, Mapping[str, Any]]


@contextmanager
def importing(database: Database, key: str, topics: Sequence[str], prune: bool) -> Iterator[Done]:
    """Hold the import lock; yields the parts that a killed run of the same import has staged, with their reports.

    Parameters
    ----------
    key : str
        Names the import: the same sources, read the same way, have the same key.
    topics : sequence of str
        Those that were asked for.
    prune : bool
        Delete stored articles of these topics, and aliases, that the sources do not have.

    Raises
    ------
    ImportInProgress
        Another process holds the lock.
    """
    with locks.held(database, "wikishelf.import", ImportInProgress):
        with database.begin() as connection:
            done = _staged(connection, key)
            if not done:
                clear(connection, key, topics, prune)
        yield done


def clear(connection: Connection, key: str, topics: Sequence[str], prune: bool) -> None:
    """Empty the area, for an import of this key."""
    connection.execute(text(f"truncate {TABLES}"))
    connection.execute(
        text("insert into staging.import values (:key, :topics, :prune)"),
        {"key": key, "topics": list(topics), "prune": prune},
    )


def stage(
    connection: Connection,
    key: str,
    part: int,
    records: Iterable[Record],
    report: Callable[[], Mapping[str, Any]] = dict,
) -> bool:
    """Stage one part in the caller's transaction.

    Parameters
    ----------
    records : iterable of Article or Redirect
        Read in batches, between two COPYs, so it may use the connection.
    report : function
        Called at the end; what it gives is kept with the part.

    Returns
    -------
    bool
        False where the part is staged already, perhaps at this moment, by a process that outlived a killed import; or
        where another import has taken the area.
    """
    claim = text(
        "insert into staging.parts (part) select :part from staging.import where key = :key on conflict do nothing"
    )
    if connection.execute(claim, {"part": part, "key": key}).rowcount == 0:
        return False
    row = number = 0
    for batch in _batches(records, BATCH):
        articles = [record for record in batch if isinstance(record, Article)]
        number += _stage_articles(connection, part, articles, row, number)
        row += len(articles)
        copy.copy_records(connection, "staging.aliases", (record for record in batch if isinstance(record, Redirect)))
    connection.execute(
        text("update staging.parts set report = cast(:report as jsonb) where part = :part"),
        {"report": json.dumps(report()), "part": part},
    )
    return True


def merge(connection: Connection) -> Counts:
    """Merge what is staged into the tables, in the caller's transaction, and empty the area.

    An article that is stored already (by page id, else by title) is replaced and keeps its `article_id`; of two of one
    title the last counts. Links and facet values that are redirects are resolved to the end.
    """
    scripts.run_file(connection, "merge")
    return Counts(*connection.execute(text("select * from merged")).one())


def reports(connection: Connection) -> Done:
    """The reports of all staged parts."""
    return _by_part(connection, "select part, report from staging.parts", {})


def _staged(connection: Connection, key: str) -> Done:
    return _by_part(connection, "select part, report from staging.parts, staging.import where key = :key", {"key": key})


def _by_part(connection: Connection, query: str, values: Mapping[str, Any]) -> Done:
    return {row.part: row.report for row in connection.execute(text(query), values)}


def _batches(records: Iterable[Record], size: int) -> Iterator[list[Record]]:
    iterator = iter(records)
    while batch := list(itertools.islice(iterator, size)):
        yield batch


def _stage_articles(
    connection: Connection, part: int, articles: Sequence[Article], first_row: int, first_number: int
) -> int:
    """Stage a batch; returns how many links it numbered."""
    numbered = list(enumerate(articles, first_row))
    copy.copy_records(connection, "staging.articles", (_article_row(part, row, article) for row, article in numbered))
    facets = ((part, row, *facet) for row, article in numbered for facet in article.facets)
    copy.copy_records(connection, "staging.facets", facets)
    # A link is written once a batch and its pairs as integers: 770,000 titles become about 40,000.
    numbers: dict[Link, int] = {}
    pairs = [
        (row, numbers.setdefault(link, first_number + len(numbers)), occurrences)
        for row, article in numbered
        for link, occurrences in article.links.items()
    ]
    copy.copy_records(connection, "staging.links", ((part, number, *link) for link, number in numbers.items()))
    columns = np.array(pairs, dtype=np.int32).reshape(-1, 3).T
    copy.copy_in(connection, "staging.pairs", copy.integer_rows(np.full(len(pairs), part, dtype=np.int32), *columns))
    return len(numbers)


def _article_row(part: int, row: int, article: Article) -> tuple[Any, ...]:
    return (
        part,
        row,
        article.page_id,
        article.topic,
        article.title,
        Jsonb(dict(article.infobox)),
        article.revision_id,
        article.revised_at,
        article.text_length,
    )
