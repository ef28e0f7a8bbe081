"""The staging area, in which an import's records wait, part by part, until all are read.

Any process may stage a part, in a transaction of its own. The parts of a killed import stay, so that a rerun of the
same import goes on with the others; any other import clears them. Readers see nothing before the merge.
"""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from db import binary_copy, locks, sql_files
from db.connection import Database
from db.errors import ImportInProgress
from db.importing import article_pairs, linked_from
from db.importing.records import Article, Counts, Link, PageLinks, Record, Redirect

# This many records have at most about 80,000 pairs. A worker that met only books took 146 MB in all.
RECORDS_PER_BATCH = 4_000
LINKS_REMEMBERED = 65_536  # Each of so many links is written once in a part. They take 16 MB.
TABLES = ", ".join(
    f"_staging_{name}" for name in ("import", "parts", "articles", "facets", "links", "pairs", "aliases", "page_links")
)

REPEATED = text("""
    select s.part, case when exists (select from merged_articles m where m.title = s.title)
                        then 'the same title again' else 'the same page id again' end as reason,
           count(*), (array_agg(s.title order by s.row))[1:20]
    from _staging_articles s
    where not exists (select from merged_articles m where (m.part, m.row) = (s.part, s.row))
    group by s.part, reason order by s.part, reason""")

Done = dict[int, Mapping[str, Any]]


@contextmanager
def importing(database: Database, key: str, topics: Sequence[str], prune: bool) -> Iterator[Done]:
    """Hold the import lock, and yield the parts that a killed run of the same import has staged, with their reports.

    Parameters
    ----------
    key : str
        Names the import: the same sources, read the same way, have the same key.
    topics : sequence of str
        The topics that were asked for.
    prune : bool
        Whether to delete stored articles of these topics, and aliases, that the sources do not have.

    Raises
    ------
    ImportInProgress
        Another process holds the lock.
    """
    with locks.held(database, "import", ImportInProgress):
        with database.transaction() as connection:
            done = _staged(connection, key)
            if not done:
                clear(connection, key, topics, prune)
        yield done


def clear(connection: Connection, key: str, topics: Sequence[str], prune: bool) -> None:
    """Empty the staging area, and give it to the import of this key."""
    connection.execute(text(f"truncate {TABLES}"))
    connection.execute(
        text("insert into _staging_import values (:key, :topics, :prune)"),
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
    records : iterable of Article, Redirect or PageLinks
        They are read in batches, between two COPYs, so the iterable may use the connection.
    report : function
        It is called at the end; its result is kept with the part.

    Returns
    -------
    bool
        False if the part is staged already (perhaps at this moment, by a process that outlived a killed import), or if
        another import has taken the staging area.
    """
    claim = text(
        "insert into _staging_parts (part) select :part from _staging_import where key = :key on conflict do nothing"
    )
    if connection.execute(claim, {"part": part, "key": key}).rowcount == 0:
        return False
    row = forgotten = 0
    numbers: dict[Link, int] = {}
    for place, batch in enumerate(_batches(_links_staged(connection, part, records), RECORDS_PER_BATCH)):
        articles = [record for record in batch if isinstance(record, Article)]
        _stage_articles(connection, part, place, articles, row, numbers, forgotten)
        row += len(articles)
        if len(numbers) > LINKS_REMEMBERED:
            forgotten += len(numbers)
            numbers.clear()
        binary_copy.copy_records(
            connection, "_staging_aliases", (record for record in batch if isinstance(record, Redirect))
        )
    connection.execute(
        text("update _staging_parts set report = cast(:report as jsonb) where part = :part"),
        {"report": json.dumps(report()), "part": part},
    )
    return True


def merge(connection: Connection, on_repeated: Callable[[int, str, int, list[str]], None] | None = None) -> Counts:
    """Merge what is staged into the tables, in the caller's transaction, and empty the staging area.

    An article that is stored already (it has the same page id, or else the same title) is replaced and keeps its
    `article_id`. Of two staged articles with one title the last counts. Links and facet values that are redirects are
    followed to the end.

    Parameters
    ----------
    on_repeated : function or None
        It is told of staged articles that another one replaces: the part, the reason, how many, the first titles.
    """
    sql_files.run_file(connection, "merge")
    if on_repeated:
        for row in connection.execute(REPEATED):
            on_repeated(*row)
    pairs = article_pairs.merge(connection)
    linked_from.count(connection)
    sql_files.run_file(connection, "finish")
    counts = Counts(pairs=pairs, **connection.execute(text("select * from merged")).mappings().one())
    connection.execute(text(f"truncate {TABLES}"))
    return counts


def reports(connection: Connection) -> Done:
    """Return the reports of all staged parts."""
    return _by_part(connection, "select part, report from _staging_parts", {})


def _staged(connection: Connection, key: str) -> Done:
    return _by_part(
        connection, "select part, report from _staging_parts, _staging_import where key = :key", {"key": key}
    )


def _by_part(connection: Connection, query: str, values: Mapping[str, Any]) -> Done:
    return {row.part: row.report for row in connection.execute(text(query), values)}


def _links_staged(connection: Connection, part: int, records: Iterable[Record]) -> Iterator[Article | Redirect]:
    """Stage what pages link to at once, since a batch of it would be large, and hand through the other records."""
    pieces = itertools.count()
    for record in records:
        if isinstance(record, PageLinks):
            linked_from.stage(connection, part, next(pieces), record)
        else:
            yield record


def _batches(records: Iterator[Article | Redirect], size: int) -> Iterator[list[Article | Redirect]]:
    while batch := list(itertools.islice(records, size)):
        yield batch


def _stage_articles(
    connection: Connection,
    part: int,
    batch: int,
    articles: Sequence[Article],
    first_row: int,
    numbers: dict[Link, int],
    forgotten: int,
) -> None:
    """Stage a batch. A link is written once, and pairs name it by its number: 761,000 titles become 236,000."""
    numbered = list(enumerate(articles, first_row))
    binary_copy.copy_records(
        connection, "_staging_articles", (_article_row(part, row, article) for row, article in numbered)
    )
    facets = ((part, row, *facet) for row, article in numbered for facet in article.facets)
    binary_copy.copy_records(connection, "_staging_facets", facets)
    known = len(numbers)
    pairs = [
        (row, numbers.setdefault(link, forgotten + len(numbers)), occurrences, link in article.see_also)
        for row, article in numbered
        for link, occurrences in article.links.items()
    ]
    fresh = itertools.islice(numbers.items(), known, None)
    binary_copy.copy_records(connection, "_staging_links", ((part, number, *link) for link, number in fresh))
    if pairs:
        article_pairs.stage(connection, part, batch, pairs)


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
