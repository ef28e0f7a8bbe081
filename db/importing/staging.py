"""The staging area, in which an import's records wait, part by part, until all are read.

Any process may stage a part, in a transaction of its own. The parts of a killed import stay, so that a rerun of the
same import goes on with the others; any other import clears them. Readers see nothing before the merge.
"""

import itertools
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray
from psycopg.types.json import Jsonb
from sqlalchemy import Connection, text

from db import binary_copy, locks, sql_files
from db.connection import Database
from db.errors import ImportInProgress
from db.importing import linked_from
from db.importing.records import Article, Counts, Link, PageLinks, Record, Redirect
from db.pairs import Int32

# This many records have at most about 80,000 pairs. A worker that met only books took 146 MB in all.
RECORDS_PER_BATCH = 4_000
TABLES = ", ".join(
    f"_staging_{name}" for name in ("import", "parts", "articles", "facets", "links", "pairs", "aliases", "page_links")
)

PIECES = text("""
    select string_agg(int4send(row) || int4send(number) || int4send(occurrences) || int4send(see_also::integer),
                      ''::bytea)
    from _staging_pairs where part = :part group by row / 65536 order by row / 65536""")

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
    row = number = 0
    for batch in _batches(_links_staged(connection, part, records), RECORDS_PER_BATCH):
        articles = [record for record in batch if isinstance(record, Article)]
        number += _stage_articles(connection, part, articles, row, number)
        row += len(articles)
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
    merge_pairs(connection)
    linked_from.count(connection)
    sql_files.run_file(connection, "finish")
    counts = Counts(*connection.execute(text("select * from merged")).one())
    connection.execute(text(f"truncate {TABLES}"))
    return counts


def merge_pairs(connection: Connection) -> int:
    """Give the staged pairs their ids and store them; two links of an article that lead to one page become one pair.

    Those of a first import go into `article_links`, and those of an update wait in `merged_pairs`.

    Numpy does this part by part, in pieces of 65,536 articles, for a third of what joins and a sort in SQL cost.

    Returns
    -------
    int
        How many pairs were stored.
    """
    stored = 0
    update = connection.execute(text("select exists (select from article_links)")).scalar_one()
    target = "merged_pairs" if update else "article_links"
    parts = connection.execute(text("select distinct part from _staging_pairs order by part")).scalars().all()
    for part in parts:
        article_of = _ids_by_number(connection, "select row, article_id from merged_articles where part = :part", part)
        link_of = _ids_by_number(connection, "select number, link_id from merged_links where part = :part", part)
        pieces = connection.execute(PIECES, {"part": part}).scalars()
        for piece in pieces.all():
            row, number, occurrences, see_also = np.frombuffer(piece, dtype=">i4").reshape(-1, 4).T
            columns = _distinct(article_of[row], link_of[number], occurrences, see_also)
            binary_copy.copy_in(connection, target, binary_copy.rows(*columns))
            stored += len(columns[0])
    return stored


def _ids_by_number(connection: Connection, query: str, part: int) -> Int32:
    """Return the id of each number, by position; -1 for a number without one, as of an article that was replaced."""
    packed = text(f"select string_agg(int4send(n) || int4send(id), ''::bytea) from ({query}) q(n, id)")
    data = connection.execute(packed, {"part": part}).scalar_one() or b""
    number, ids = np.frombuffer(data, dtype=">i4").reshape(-1, 2).T
    found = np.full(int(number.max(initial=-1)) + 2, -1, dtype=np.int32)
    found[number] = ids
    return found


def _distinct(
    article_id: Int32, link_id: Int32, occurrences: Int32, see_also: Int32
) -> tuple[Int32, Int32, Int32, NDArray[np.bool_]]:
    """Return each pair once, in order, with the sum of its occurrences; leave out pairs that have no article.

    Where several links lead to one page, one of them in the section "See also" is enough.
    """
    known = article_id >= 0
    keys, position = np.unique(
        article_id[known].astype(np.int64) << 32 | link_id[known].astype(np.int64), return_inverse=True
    )
    times = np.bincount(position, weights=occurrences[known], minlength=len(keys))
    related = np.bincount(position, weights=see_also[known], minlength=len(keys)) > 0
    return (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32), times.astype(np.int32), related


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
    connection: Connection, part: int, articles: Sequence[Article], first_row: int, first_number: int
) -> int:
    """Stage a batch; return how many links it numbered."""
    numbered = list(enumerate(articles, first_row))
    binary_copy.copy_records(
        connection, "_staging_articles", (_article_row(part, row, article) for row, article in numbered)
    )
    facets = ((part, row, *facet) for row, article in numbered for facet in article.facets)
    binary_copy.copy_records(connection, "_staging_facets", facets)
    # A link is written once in each batch, and its pairs as integers: 761,000 titles become 236,000.
    numbers: dict[Link, int] = {}
    pairs = [
        (row, numbers.setdefault(link, first_number + len(numbers)), occurrences, link in article.see_also)
        for row, article in numbered
        for link, occurrences in article.links.items()
    ]
    binary_copy.copy_records(connection, "_staging_links", ((part, number, *link) for link, number in numbers.items()))
    *columns, see_also = np.array(pairs, dtype=np.int32).reshape(-1, 4).T
    rows = binary_copy.rows(np.full(len(pairs), part, dtype=np.int32), *columns, see_also.astype(np.bool_))
    binary_copy.copy_in(connection, "_staging_pairs", rows)
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
