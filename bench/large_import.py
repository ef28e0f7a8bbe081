"""Import a large dump as its operator does, and watch it: speed and memory from file to file, staging, merge, update.

    python -m bench.large_import FOLDER [--files N] [--topic T ... | --all-topics] [--workers 2] [--update FOLDER]

FOLDER is one that `python -m bench.large_dump` made. The server is embedded, in a temporary folder. The import is a
command of its own, and twice a second this one looks which parts are staged, what the processes have used, and how
large the staging area is. So a file's row has the seconds from the end of the file before to its own, by the clock and
by the processors of the client and the server together. Memory is that of the largest process (RssAnon, Linux). Trust
the CPU seconds on busy cores. `--update` imports a later dump into the same shelf, beside the same dump into an empty
one, and compares the tables; `--changes` takes a dump of what changed instead of the later one. Expected on two quiet
cores: 50 MB of XML per second for books, flat from the first file to the last.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from sqlalchemy import text

from bench.common import ROOT, empty_database, parser, temporary_home
from bench.processes import Usage, usage
from db.connection import Database
from ingest.dumps.files import find_sources, read_chunks
from ingest.plan import Plan, make_plan, split
from ingest.topics.catalogue import load_topics

SECONDS_BETWEEN_LOOKS = 0.5
STAGING = (
    "select sum(pg_total_relation_size(oid)) / 1e6 from pg_class where relname like '\\_staging\\_%' and relkind = 'r'"
)
CONTENTS = {
    "articles": "select page_id, topic, title, infobox, revision_id, revised_at, text_length, linked_from, prominence"
    " from articles",
    "links": "select kind, title, article_count from links where article_count > 0",
    "pairs": "select a.title, l.kind, l.title, p.occurrences, p.see_also from article_links p"
    " join articles a using (article_id) join links l using (link_id)",
    "aliases": "select title, target from aliases",
    "facets": "select a.title, f.name, f.value from facets f join articles a using (article_id)",
}


class Look(NamedTuple):
    """What was seen at one moment: seconds by the clock, the processes, the staged parts and their MB."""

    at: float
    used: Usage
    parts: frozenset[int]
    staging: float


def main() -> None:
    """Import, print, and update if asked."""
    command = parser(__doc__)
    command.add_argument("folder", type=Path)
    command.add_argument("--files", type=int, help="only so many")
    command.add_argument("--topic", action="append")
    command.add_argument("--all-topics", action="store_true")
    command.add_argument("--workers", type=int, default=2)
    command.add_argument("--update", type=Path, metavar="FOLDER", help="a later dump, to import afterwards")
    command.add_argument("--changes", type=Path, metavar="FOLDER", help="what changed until then, to import instead")
    options = command.parse_args()
    topics = [one.name for one in load_topics(None)] if options.all_topics else options.topic or ["book"]
    with temporary_home() as home, empty_database(home) as database:
        for folder in filter(None, (options.folder, options.changes or options.update)):
            run(home, database, files_of(folder, options.files), topics, options.workers, folder != options.changes)
        updated = contents(database) if options.update else {}
    if options.update:
        with temporary_home() as home, empty_database(home) as database:
            run(home, database, files_of(options.update, options.files), topics, options.workers)
            alone = contents(database)
        print("the updated shelf has the same", ", ".join(name for name in alone if alone[name] == updated[name]))


def files_of(folder: Path, count: int | None) -> list[Path]:
    """The first files of a dump, in order."""
    return [source.path for source in find_sources([folder])][:count]


def run(
    home: Path, database: Database, files: Sequence[Path], topics: Sequence[str], workers: int, whole: bool = True
) -> None:
    """Import files and print what it took."""
    print(f"\n{files[0].parent.name}: {len(files)} files, {len(topics)} topics, {workers} workers", flush=True)
    plan = make_plan(find_sources(files), load_topics(topics), True)
    chosen = [word for topic in topics for word in ("--topic", topic)]
    order = [sys.executable, "-m", "ingest", *map(str, files), *chosen, "--workers", str(workers), "--json"]
    order += ["--prune"] * whole
    with subprocess.Popen(
        order, cwd=ROOT, env={**os.environ, "DATABASE_URL": database.address.url}, stdout=subprocess.PIPE, text=True
    ) as process:
        looks = list(watch(process, postmaster(home), database))
        report = json.loads(process.stdout.read() if process.stdout else "")
    print_files(plan, looks)
    print_phases(plan, looks, report)


def postmaster(home: Path) -> int:
    """The id of an embedded server's first process."""
    return int((home / "data" / "postmaster.pid").read_text().split()[0])


def watch(process: "subprocess.Popen[str]", server: int, database: Database) -> Iterator[Look]:
    """Look now and then until the process ends; a look waits while the merge empties the staging area."""
    start, before = time.monotonic(), usage(process.pid, server).server
    while process.poll() is None:
        with database.session() as connection:
            parts = frozenset(connection.execute(text("select part from _staging_parts")).scalars())
            staging = float(connection.execute(text(STAGING)).scalar_one())
        used = usage(process.pid, server)
        if used.client:  # a process that has ended has none
            yield Look(time.monotonic() - start, used._replace(server=used.server - before), parts, staging)
        time.sleep(SECONDS_BETWEEN_LOOKS)


def print_files(plan: Plan, looks: Sequence[Look]) -> None:
    """Print a row for each file."""
    ratio = unpacked_ratio(plan)
    print(f"{'file':>4}{'XML MB':>9}{'s':>8}{'CPU s':>8}{'MB/s':>7}{'MB/CPU s':>10}", end="")
    print(f"{'client MB':>11}{'server MB':>11}{'staging MB':>12}")
    before = looks[0]
    for number, source in enumerate(plan.sources, 1):
        parts = {job.number for job in plan.jobs if job.source.path == source.path}
        end = next((look for look in looks if look.parts >= parts), None)
        if end is None:
            continue  # the last parts were merged between two looks
        seconds, cpu = end.at - before.at, end.used.cpu - before.used.cpu
        size = source.path.stat().st_size * ratio / 1e6
        within = [look.used for look in looks if before.at <= look.at <= end.at]
        rates = f"{size / max(seconds, 0.1):7.1f}{size / max(cpu, 0.1):10.1f}"
        memory = f"{max(one.client_memory for one in within):11.0f}{max(one.server_memory for one in within):11.0f}"
        print(f"{number:4}{size:9.0f}{seconds:8.1f}{cpu:8.1f}{rates}{memory}{end.staging:12.0f}", flush=True)
        before = end


def print_phases(plan: Plan, looks: Sequence[Look], report: dict[str, Any]) -> None:
    """Print the reading of all files, the merge after it, and what the command reports."""
    staged = next((look for look in looks if len(look.parts) == len(plan.jobs)), looks[-1])
    merged = max(looks, key=lambda look: look.used.cpu)
    megabytes = plan.size * unpacked_ratio(plan) / 1e6
    for name, before, after in (("reading", looks[0], staged), ("merge", staged, merged), ("all", looks[0], merged)):
        used = f"{after.at - before.at:8.1f} s, {after.used.cpu - before.used.cpu:8.1f} CPU s"
        parts = (
            f"client {after.used.client - before.used.client:.1f}, server {after.used.server - before.used.server:.1f}"
        )
        largest = max(look.used.server_memory for look in looks if before.at <= look.at <= after.at)
        own = max(look.used.client_memory for look in looks if before.at <= look.at <= after.at)
        print(f"{name:8}{used} ({parts}), largest process {own:.0f} MB, of the server {largest:.0f} MB")
    pages = sum(source["pages"] for source in report["sources"])
    print(
        f"{megabytes:,.0f} MB of XML, {pages:,} pages, staging {max(look.staging for look in looks):,.0f} MB;", end=" "
    )
    print(", ".join(f"{count:,} {name}" for name, count in report["stored"].items()), flush=True)


def unpacked_ratio(plan: Plan) -> float:
    """How many times larger the XML is, by the first 4 MB."""
    first = split(plan.sources[0], 4_000_000)[0]
    return sum(len(chunk.content) for chunk in read_chunks(first)) / (first.stop or first.path.stat().st_size)


def contents(database: Database) -> dict[str, tuple[int, int]]:
    """The number of rows of each table, and the sum of their hashes; ids are left out."""
    query = "select count(*), sum(hashtextextended(q::text, 0)) from ({}) q"
    with database.session() as connection:
        return {name: tuple(connection.execute(text(query.format(rows))).one()) for name, rows in CONTENTS.items()}


if __name__ == "__main__":
    main()
