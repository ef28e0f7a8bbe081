"""Rows into and out of PostgreSQL at the size of the 2018 tutorial: our ways beside the usual ones.

    python -m bench.load [--share 1.0]

Each line has the CPU seconds of the client and of the server. Expected on 2 cores: writing pairs, our way costs 3 times
less than write_row and 100 times less than executemany. Reading pairs, it costs 1.7 times less than fetchall. Writing
vectors, it costs 8 to 14 times less than write_row.
"""

import time
from collections.abc import Callable, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from bench.common import backend_seconds, parser, unit_rows
from db import binary_copy, pairs, sql_files
from db.importing import article_pairs, staging
from db.importing.records import Article, Link
from db.models import vectors
from db.opening import connect

ARTICLES, LINKS, PAIRS, DIMENSIONS = 37_020, 41_758, 772_798, 50


def main() -> None:
    """Generate records, then measure each way once."""
    command = parser(__doc__)
    command.add_argument("--share", type=float, default=1.0, help="the share of the tutorial's size (default 1.0)")
    share = command.parse_args().share
    records = list(generated(int(ARTICLES * share), int(PAIRS * share)))
    with connect() as database, database.transaction() as transaction:
        transaction.execute(text("create temporary table p (article_id integer, link_id integer, occurrences integer)"))
        transaction.execute(text("create temporary table v (id integer, embedding vector)"))
        staging.clear(transaction, "bench", ["book"], prune=False)
        n_pairs = sum(len(record.links) for record in records)
        measure(transaction, "import 1: all staged", lambda: n_pairs * staging.stage(transaction, "bench", 0, records))
        measure(transaction, "import 2: articles, facets, links", lambda: run_file(transaction, "merge", n_pairs))
        measure(transaction, "import 3: pairs by numpy", lambda: article_pairs.merge(transaction))
        measure(transaction, "import 4: keys, indexes, counts", lambda: run_file(transaction, "finish", n_pairs))
        measure(transaction, "pairs out: string_agg to numpy", lambda: len(pairs.read(transaction).link_index))
        measure(transaction, "pairs out: fetchall", lambda: len(fetch_all(transaction)))
        read = pairs.read(transaction)
        columns = (read.article_ids[read.article_index], read.link_ids[read.link_index], read.occurrences)
        measure(transaction, "pairs in: binary COPY by numpy", lambda: copy_pairs(transaction, *columns))
        rows = np.stack(columns, axis=1).tolist()
        measure(transaction, "pairs in: COPY by write_row", lambda: write_rows(transaction, "p", rows))
        measure(transaction, "pairs in: executemany, a tenth", lambda: execute_many(transaction, rows[::10]))
        matrix = unit_rows(len(read.article_ids), DIMENSIONS, seed=0)
        measure(transaction, "vectors in: binary COPY by numpy", lambda: copy_vectors(transaction, matrix))
        listed = [(n, str(row.tolist())) for n, row in enumerate(matrix)]
        measure(transaction, "vectors in: COPY by write_row", lambda: write_rows(transaction, "v", listed))
        measure(transaction, "vectors in: table, HNSW, analyze", lambda: store(transaction, read.article_ids, matrix))
        transaction.rollback()


def generated(n_articles: int, n_pairs: int) -> Iterator[Article]:
    """Articles whose links follow a power law, as Wikipedia's do."""
    random = np.random.default_rng(0)
    popularity = 1 / np.arange(1, LINKS + 1) ** 0.8
    popularity /= popularity.sum()
    for n, degree in enumerate(random.multinomial(n_pairs, np.full(n_articles, 1 / n_articles))):
        titles = (f"Link {link}" for link in random.choice(LINKS, size=degree, p=popularity))
        links = {Link("page", title): 1 for title in titles}
        facets = (("author", f"Author {n % 5000}"), ("genre", f"Genre {n % 20}"), ("year", str(1800 + n % 200)))
        yield Article(None, "book", f"Book {n}", {"name": f"Book {n}"}, None, None, 1, links, facets)


def measure(transaction: Connection, what: str, action: Callable[[], int]) -> None:
    """Print the CPU seconds, and the rows per CPU second of client and server together."""
    server = transaction.execute(text("select pg_backend_pid()")).scalar_one()
    before = time.process_time(), backend_seconds(server)
    rows = action()
    client, backend = time.process_time() - before[0], backend_seconds(server) - before[1]
    rate = rows / (client + backend)
    print(
        f"{what:34} {rows:9,} rows  client {client:6.2f} s  server {backend:6.2f} s  {rate:12,.0f} rows/s", flush=True
    )


def run_file(transaction: Connection, name: str, n_pairs: int) -> int:
    """Our way: a step of the merge in SQL."""
    sql_files.run_file(transaction, name)
    return n_pairs


def copy_pairs(transaction: Connection, *columns: NDArray[np.int32]) -> int:
    """Our way."""
    binary_copy.copy_in(transaction, "p", binary_copy.rows(*columns))
    return len(columns[0])


def copy_vectors(transaction: Connection, matrix: NDArray[np.float32]) -> int:
    """Our way."""
    binary_copy.copy_in(transaction, "v", binary_copy.rows(np.arange(len(matrix), dtype=np.int32), matrix))
    return len(matrix)


def store(transaction: Connection, ids: NDArray[np.int32], matrix: NDArray[np.float32]) -> int:
    """Our way, with everything that makes a model searchable."""
    vectors.store(transaction, 999_999_999, "articles", ids, matrix)
    return len(ids)


def write_rows(transaction: Connection, table: str, rows: Sequence[tuple[object, ...]]) -> int:
    """Psycopg's own COPY, row by row."""
    binary_copy.copy_records(transaction, table, rows)
    return len(rows)


def execute_many(transaction: Connection, rows: Sequence[tuple[object, ...]]) -> int:
    """One insert per row."""
    transaction.connection.cursor().executemany("insert into p values (%s, %s, %s)", rows)
    return len(rows)


def fetch_all(transaction: Connection) -> Sequence[object]:
    """The usual way to read the same rows."""
    cursor = transaction.connection.cursor()
    cursor.execute("""
        select p.article_id, p.link_id, p.occurrences
        from article_links p
        join articles a on a.article_id = p.article_id
        join links l on l.link_id = p.link_id
        where l.kind in ('page', 'category')
        order by p.article_id, p.link_id""")
    return cursor.fetchall()


if __name__ == "__main__":
    main()
