"""Time and memory of the whole chain by the number of articles: import, read, fit, store.

    python -m bench.scale [37020 200000 1000000] [--epochs 3] [--articles-per-step N]

The articles are generated and have 21 links each. About as many links as there are articles can be chosen from, by a
power law. Each size has a process and an embedded PostgreSQL of its own, in a temporary folder (3 GB for a million
articles). CPU seconds are those of this process and of the server together (Linux). The CPU seconds of an epoch are the
mean of all epochs but the first, which compiles.
"""

import multiprocessing
import resource
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text

from bench.common import empty_database, parser, server_seconds, temporary_home
from db.connection import Database
from db.importing import staging
from db.importing.records import Article, Link
from db.models import registry
from db.pairs import Pairs
from train.config import DecidedSettings, Settings
from train.fit import Fitted, fit
from train.pipeline import prepared, store

LINKS_EACH = 21
ARTICLES_AT_A_TIME = 10_000


def main() -> None:
    """Measure each size in a fresh process, so that its peak of memory is its own."""
    command = parser(__doc__)
    command.add_argument("sizes", type=int, nargs="*", default=[37_020, 200_000, 1_000_000], metavar="ARTICLES")
    command.add_argument("--epochs", type=int, default=3)
    command.add_argument("--articles-per-step", type=int, help="instead of the default")
    arguments = command.parse_args()
    asked = Settings(epochs=arguments.epochs, articles_per_step=arguments.articles_per_step)
    for size in arguments.sizes:
        process = multiprocessing.get_context("spawn").Process(target=measure, args=(size, asked))
        process.start()
        process.join()


def measure(size: int, asked: Settings) -> None:
    """Print what each stage took."""
    with temporary_home() as home, empty_database(home) as database:
        stage(home, f"{size:,} articles: import", lambda: load(database, size))
        pairs, settings, _ = stage(home, "read, trim", lambda: prepared(database, asked))
        print(f"    {len(pairs.article_ids):,} articles, {len(pairs.link_ids):,} links,", end=" ")
        print(f"{len(pairs.link_index):,} pairs", flush=True)
        with registry.training(database, "softmax", settings.dimensions, {}) as model_id:
            fitted = stage(home, f"fit, {asked.epochs} epochs", lambda: fit_timed(pairs, settings))
            stage(home, "store: COPY, keys, HNSW", lambda: store(database, model_id, pairs, fitted))
        print_sizes(database)


def fit_timed(pairs: Pairs, settings: DecidedSettings) -> Fitted:
    """Fit, and print what an epoch took."""
    ended: list[tuple[float, float]] = []
    fitted = fit(pairs, settings, lambda epoch: ended.append((time.process_time(), time.perf_counter())))
    cpu, wall = np.diff(ended, axis=0).mean(axis=0)
    print(f"    an epoch: {cpu:.2f} CPU s, {wall:.2f} s")
    return fitted


def stage(home: Path, what: str, action: Callable[[], Any]) -> Any:
    """Run a stage, and print its CPU seconds, its seconds and the highest memory so far."""
    before = time.process_time(), server_seconds(home), time.perf_counter()
    result = action()
    client, server = time.process_time() - before[0], server_seconds(home) - before[1]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6
    print(
        f"{what:34} {client + server:8.1f} CPU s ({server:.1f} the server's) {time.perf_counter() - before[2]:8.1f} s,"
        f" peak {peak:.2f} GB",
        flush=True,
    )
    return result


def load(database: Database, size: int) -> None:
    """Load the articles as an import does: stage, merge and index them."""
    with database.transaction() as connection:
        staging.clear(connection, "scale", ["book"], prune=False)
        staging.stage(connection, "scale", 0, generated(size))
        staging.merge(connection)


def generated(size: int) -> Iterator[Article]:
    """Articles whose links follow a power law, as Wikipedia's do."""
    random = np.random.default_rng(0)
    edges = np.cumsum(1 / np.arange(1, round(1.128 * size) + 1) ** 0.8)
    for first in range(0, size, ARTICLES_AT_A_TIME):
        count = min(ARTICLES_AT_A_TIME, size - first)
        drawn = np.searchsorted(edges, random.random((count, LINKS_EACH)) * edges[-1])
        for n, row in enumerate(drawn.tolist(), first):
            links = {Link("page", f"Link {link}"): 1 for link in row}
            yield Article(None, "book", f"Book {n}", {"name": f"Book {n}"}, None, None, 1, links, ())


def print_sizes(database: Database) -> None:
    """Print the megabytes on disk."""
    query = text(r"""
        select sum(pg_table_size(oid)) / 1e6, sum(pg_indexes_size(oid)) / 1e6,
               pg_database_size(current_database()) / 1e6
        from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname ~ '_vectors_\d+$'""")
    with database.session() as connection:
        table, index, whole = connection.execute(query).one()
    print(
        f"    on disk: vectors {table:,.0f} MB, their indexes {index:,.0f} MB, the database {whole:,.0f} MB", flush=True
    )


if __name__ == "__main__":
    main()
