"""What a shelf costs by its number of articles, from the import to an answer, and how good the answers are.

    python -m bench.scale [37020 200000 1000000] [--stages import,train,...] [--home FOLDER] [--epochs N]

The articles are those of bench/structured.py. Each stage has a process of its own, so that its peak of memory is its
own, and the server is an embedded one. CPU seconds are those of both together (Linux). The stages are

    import    staging and merging
    train     reading, fitting, storing; of 1,000 articles a tenth of the links is held out and looked for afterwards
    switch    activating the new model, and the index that is built when it answers already
    fold-in   100 new articles: their import, and their vectors
    map       a new map, which is ended if it takes more than ten minutes
    search    answers beside exact ones, in SQL and over HTTP

With --home, the database of each size stays in a folder there, and a later call goes on from it with other stages.
"""

import multiprocessing
import os
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from sqlalchemy import text

from bench import scale_quality, scale_search
from bench.common import empty_database, most_memory, parser, server_seconds, temporary_home
from bench.structured import Structured
from db.connection import Database
from db.importing import staging
from db.importing.records import Counts
from db.models import activation, fold_in, indexes, registry
from train.config import DecidedSettings, Settings
from train.pipeline import prepared, store

NEW_ARTICLES = 100
SECONDS_OF_A_MAP = 600


@dataclass(frozen=True)
class Run:
    """One size, and where its server is."""

    home: Path
    url: str
    made: Structured
    settings: Settings

    def timed(self, what: str, action: Callable[[], Any]) -> Any:
        """Do it, and print its CPU seconds, its seconds and the highest memory of this process so far."""
        before = time.process_time(), server_seconds(self.home), time.perf_counter()
        result = action()
        client, server = time.process_time() - before[0], server_seconds(self.home) - before[1]
        print(
            f"{what:34} {client + server:8.1f} CPU s ({server:.1f} the server's)"
            f" {time.perf_counter() - before[2]:8.1f} s, peak {most_memory(os.getpid()) / 1000:.2f} GB",
            flush=True,
        )
        return result


def main() -> None:
    """Measure each size, stage by stage."""
    command = parser(__doc__)
    command.add_argument("sizes", type=int, nargs="*", default=[37_020, 200_000, 1_000_000], metavar="ARTICLES")
    command.add_argument("--stages", default=",".join(STAGES), help="some of them, with commas between (default: all)")
    command.add_argument("--home", type=Path, help="keep the databases in this folder (default: a temporary one)")
    command.add_argument("--epochs", type=int, help="instead of the default")
    command.add_argument("--articles-per-step", type=int, help="instead of the default")
    options = command.parse_args()
    stages = options.stages.split(",")
    if unknown := set(stages) - set(STAGES):
        command.error(f"no such stage: {', '.join(unknown)}; choose from {', '.join(STAGES)}")
    settings = Settings(epochs=options.epochs, articles_per_step=options.articles_per_step)
    for size in options.sizes:
        print(f"{size:,} articles", flush=True)
        measure(options.home and options.home / str(size), size, settings, stages)


def measure(kept: Path | None, size: int, settings: Settings, stages: list[str]) -> None:
    """Run these stages with one server."""
    with ExitStack() as stack:
        home = kept or stack.enter_context(temporary_home())
        home.parent.mkdir(parents=True, exist_ok=True)
        database = stack.enter_context(empty_database(home))
        run = Run(home, database.url, Structured(size), settings)
        for name in stages:
            process = multiprocessing.get_context("spawn").Process(target=staged, args=(name, run))
            process.start()
            process.join(SECONDS_OF_A_MAP if name == "map" else None)
            if process.is_alive():
                process.terminate()
                process.join()
                print(f"{name}: ended after {SECONDS_OF_A_MAP} seconds", flush=True)
            elif process.exitcode:
                raise SystemExit(f"the stage {name} failed: its error is above")
        print_sizes(database)


def staged(name: str, run: Run) -> None:
    """One stage, in a process of its own."""
    with Database(run.url) as database:
        STAGES[name](run, database)


def load(run: Run, database: Database) -> None:
    """Load all articles as an import does: stage, merge and index them."""
    counts = run.timed("import", lambda: imported(run, database, 0, run.made.size))
    print(f"    {counts.articles:,} articles, {counts.links:,} links, {counts.pairs:,} pairs")


def imported(run: Run, database: Database, first: int, end: int) -> Counts:
    """Load the articles from number `first` to `end` - 1."""
    with database.transaction() as connection:
        staging.clear(connection, "scale", ["book"], prune=False)
        staging.stage(connection, "scale", 0, run.made.articles(first, end))
        return staging.merge(connection)


def train(run: Run, database: Database) -> None:
    """Do what `python -m train --no-activate` does, and see what its vectors find."""
    from train.fit import fit  # This imports TensorFlow, and takes 0.7 GB.

    pairs, settings, _ = run.timed("read, trim", lambda: prepared(database, run.settings))
    split = scale_quality.hold_out(pairs)
    print(f"    {len(pairs.article_ids):,} articles, {len(pairs.link_ids):,} links, {len(pairs.link_index):,} pairs")
    ended: list[tuple[float, float]] = []
    with registry.training(database, "softmax", settings.dimensions, {}) as model_id:
        fitted = run.timed(
            f"fit, {settings.epochs} epochs",
            lambda: fit(split.train, settings, lambda epoch: ended.append((time.process_time(), time.perf_counter()))),
        )
        print_epochs(ended, settings)
        run.timed("store: COPY, key, index", lambda: store(database, model_id, split.train, fitted))
    scale_quality.report(fitted, split, settings, run.made.groups())


def print_epochs(ended: list[tuple[float, float]], settings: DecidedSettings) -> None:
    """Print what an epoch took: the mean of all but the first, which compiles."""
    cpu, wall = np.diff(ended, axis=0).mean(axis=0) if len(ended) > 1 else (np.nan, np.nan)
    print(f"    an epoch: {cpu:.2f} CPU s, {wall:.2f} s, with {settings.articles_per_step:,} articles in a step")


def switch(run: Run, database: Database) -> None:
    """Activate the newest model, from none or another or itself."""

    def activate() -> None:
        with database.transaction() as connection:
            activation.activate(connection, newest(database))

    def complete() -> None:
        with database.transaction() as connection:
            indexes.complete(connection)

    with database.transaction() as connection:
        connection.execute(text("update models set state = 'ready' where state = 'active'"))
    run.timed("switch", activate)
    run.timed("the second index", complete)


def newest(database: Database) -> int:
    """The newest model."""
    with database.session() as connection:
        return registry.listed(connection)[-1].model_id


def fold(run: Run, database: Database) -> None:
    """Import new articles, and give them vectors."""

    def folded() -> None:
        with database.transaction() as connection:
            done.append(fold_in.fold_in(connection))

    done: list[fold_in.FoldedIn] = []
    with database.session() as connection:
        first = connection.execute(text("select count(*) from articles")).scalar_one()
    run.timed(f"import {NEW_ARTICLES} more", lambda: imported(run, database, first, first + NEW_ARTICLES))
    run.timed("fold them in", folded)
    print(f"    {done[0].new} new, {done[0].left_out} left out")


def lay_out(run: Run, database: Database) -> None:
    """Make a new map of the active model."""
    from train.map.make import make

    run.timed("map", lambda: make(database, None, True, 0, lambda *_: None))


def search(run: Run, database: Database) -> None:
    """Ask in every way."""
    run.timed("search", lambda: scale_search.report(database, run.home))


STAGES: dict[str, Callable[[Run, Database], None]] = {
    "import": load,
    "train": train,
    "switch": switch,
    "fold-in": fold,
    "map": lay_out,
    "search": search,
}


def print_sizes(database: Database) -> None:
    """Print the megabytes on disk."""
    query = text(r"""
        select sum(pg_table_size(oid)) / 1e6, sum(pg_indexes_size(oid)) / 1e6,
               pg_database_size(current_database()) / 1e6
        from pg_class
        where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname ~ '_vectors_\d+$'""")
    with database.session() as connection:
        table, index, whole = (value or 0 for value in connection.execute(query).one())
    print(f"on disk: vectors {table:,.0f} MB, their indexes {index:,.0f} MB, the database {whole:,.0f} MB", flush=True)


if __name__ == "__main__":
    main()
