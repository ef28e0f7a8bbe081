"""pgvector's HNSW indexes by the number of rows: to build, to hold and to ask, in single precision and in half.

    python -m bench.large_search [37020 200000 1000000] [--builds vector,200,neighbourhood halfvec,200,neighbourhood]

A build is a kind (halfvec is an index over an expression of half precision), an ef_construction, and an order of the
rows: by neighbourhood, as a scaffold, in which one random row of each 32 neighbours comes first, or shuffled. The rows
are made up. They have 50 dimensions and lie in clusters of about 100, and these around the square root of as many
directions. A table has an id, a vector and a prominence. All tables stand in one embedded server. At the end one
connection asks them in turn, the same questions at each hnsw.ef_search, after others that only warm. Recall is of the
true ten nearest. CPU seconds are the server's (Linux). docs/scale.md has results.
"""

import time
from argparse import Namespace
from collections.abc import Callable, Iterator
from math import log2
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psycopg
from numpy.typing import NDArray

from bench.common import parser, server_seconds, temporary_home, unit
from db import binary_copy
from db.embedded import sharing
from db.models.storage_order import by_neighbourhood, scaffold_first

K, M, TURN, DIMENSIONS, ROWS_PER_CLUSTER = 10, 16, 40, 50, 100
AT_A_TIME, ROWS_COMPARED = 100_000, 4_000
EF_SEARCH = (30, 40, 60, 100, 200, 400)
EXPRESSIONS = {"vector": "embedding", "halfvec": f"(embedding::halfvec({DIMENSIONS}))"}
Rows = NDArray[np.float32]
Ids = NDArray[np.int64]
Build = tuple[str, str, str, int]  # the kind, the ef_construction, the order, and the processes that help


class Built(NamedTuple):
    """A table whose index stands, and the ids to ask for, each with those of its ten nearest."""

    label: str
    table: str
    expression: str
    asked: Ids
    nearest: Ids


def main() -> None:
    """Build all, ask all, and print."""
    command = parser(__doc__)
    command.add_argument("sizes", type=int, nargs="*", default=[37_020, 200_000, 1_000_000], metavar="ROWS")
    usual = ["vector,200,neighbourhood", "halfvec,200,neighbourhood"]
    command.add_argument("--builds", nargs="*", default=usual, metavar="KIND,EF_CONSTRUCTION,ORDER")
    command.add_argument("--workers", type=int, nargs="*", default=[1], help="processes that help the one that builds")
    command.add_argument("--questions", type=int, default=1000, help="for each ef_search")
    command.add_argument("--seconds", type=float, default=3600, help="begin no build that would end later")
    options = command.parse_args()
    named = [name.split(",") for name in options.builds]
    builds = [(kind, care, order, n) for kind, care, order in named for n in options.workers]
    with temporary_home() as home:
        with sharing.attach(home) as server, psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("create extension if not exists vector")
            connection.execute("alter system set max_worker_processes = 32")  # at the next start
        with sharing.attach(home) as server, psycopg.connect(server.url, autocommit=True) as connection:
            connection.execute("set max_parallel_workers = 32")
            ask(connection, list(built(connection, home, builds, options)), options.questions)


def made_rows(n: int) -> Rows:
    """Unit rows in clusters of clusters."""
    random = np.random.default_rng(n)
    clusters = max(n // ROWS_PER_CLUSTER, 1)
    directions = random.standard_normal((round(clusters**0.5), DIMENSIONS), np.float32)
    centres = directions[random.integers(len(directions), size=clusters)]
    centres += 0.7 * random.standard_normal(centres.shape, np.float32)
    rows = centres[random.integers(clusters, size=n)]
    for block in np.split(rows, range(AT_A_TIME, n, AT_A_TIME)):
        block += 0.5 * random.standard_normal(block.shape, np.float32)
        block[:] = unit(block)
    return rows


def nearest(rows: Rows, asked: Ids) -> Ids:
    """The places of the ten rows nearest to each of those asked for, without itself, by comparison with all."""
    best, places = np.full((len(asked), K), -np.inf, np.float32), np.zeros((len(asked), K), np.int64)
    questions, room = rows[asked], np.empty(len(asked) * ROWS_COMPARED, np.float32)
    for first in range(0, len(rows), ROWS_COMPARED):
        block = rows[first : first + ROWS_COMPARED]
        products = np.matmul(questions, block.T, out=room[: len(asked) * len(block)].reshape(len(asked), -1))
        mine = np.flatnonzero((asked >= first) & (asked < first + len(block)))
        products[mine, asked[mine] - first] = -np.inf
        for one in np.flatnonzero(products.max(axis=1) > best.min(axis=1)):
            both = np.concatenate([best[one], products[one]])
            kept = np.argpartition(-both, K)[:K]
            best[one] = both[kept]
            places[one] = np.concatenate([places[one], np.arange(first, first + len(block))])[kept]
    return places


ORDERS: dict[str, Callable[[Ids], Ids]] = {
    "neighbourhood": lambda order: order,
    "scaffold": scaffold_first,
    "shuffled": lambda order: np.random.default_rng(0).permutation(order),
}


def built(connection: psycopg.Connection, home: Path, builds: list[Build], options: Namespace) -> Iterator[Built]:
    """Build all for which there is time, and print what each took."""
    print(f"{'':44}{'s':>8}{'CPU s':>9}{'/ (n log2 n)':>13}{'table MB':>10}{'index MB':>10}")
    deadline, expected = time.monotonic() + options.seconds, dict.fromkeys(builds, 0.0)  # seconds for each n log n
    for size in options.sizes:
        start, rows = time.monotonic(), made_rows(size)
        asked = np.random.default_rng(1).choice(size, 2 * options.questions, replace=False)
        true, order = nearest(rows, asked), by_neighbourhood(rows)
        print(f"{size:,} rows made and ordered in {time.monotonic() - start:.0f} s", flush=True)
        for build in builds:
            kind, care, sequence, workers = build
            label = f"{size:>9,} {kind:8} {care} {sequence:14} {1 + workers:2}"
            if time.monotonic() + expected[build] * size * log2(size) > deadline:
                print(f"{label}: there is no time left")
                continue
            start, table = time.monotonic(), f"rows_{size}_{'_'.join(map(str, build))}"
            fill(connection, table, rows, ORDERS[sequence](order), workers)
            print(label, measured(connection, home, table, size, build), flush=True)
            expected[build] = (time.monotonic() - start) / (size * log2(size))
            yield Built(label, table, EXPRESSIONS[kind], asked, true)


def fill(connection: psycopg.Connection, table: str, rows: Rows, order: Ids, workers: int) -> None:
    """Make a table of the rows in that order; the ids are the places."""
    columns = f"article_id integer primary key, embedding vector({DIMENSIONS}), prominence real"
    connection.execute(f"create table {table} ({columns}) with (parallel_workers = {workers})")
    columns_of_rows = np.arange(len(rows), dtype=np.int32), rows, np.zeros(len(rows), np.float32)
    with connection.cursor().copy(f"copy {table} from stdin (format binary)") as copy:
        for block in binary_copy.rows(*columns_of_rows, order=order):
            copy.write(block)
    connection.execute(f"vacuum analyze {table}")


def measured(connection: psycopg.Connection, home: Path, table: str, size: int, build: Build) -> str:
    """Build the index, and say what that took."""
    kind, care, _, workers = build
    connection.execute(f"set maintenance_work_mem = '{max(64 << 10, size)}kB'")
    connection.execute(f"set max_parallel_maintenance_workers = {workers}")
    clock, cpu = time.monotonic(), server_seconds(home)
    connection.execute(
        f"create index {table}_index on {table} using hnsw ({EXPRESSIONS[kind]} {kind}_cosine_ops)"
        f" with (m = {M}, ef_construction = {care})"
    )
    clock, cpu = time.monotonic() - clock, server_seconds(home) - cpu
    sizes = connection.execute(f"select pg_table_size('{table}') / 1e6, pg_relation_size('{table}_index') / 1e6")
    megabytes = "".join(f"{one:10.1f}" for one in sizes.fetchall()[0])
    return f"{clock:8.1f}{cpu:9.1f}{1e6 * cpu / (size * log2(size)):10.2f} us{megabytes}"


def ask(connection: psycopg.Connection, tables: list[Built], questions: int) -> None:
    """Ask all in turn, and print; an ef_search of 0 stands for the questions that only warm."""
    connection.execute("set hnsw.iterative_scan = strict_order")
    taken: dict[tuple[str, int], list[tuple[float, float, float]]] = {}
    for ef_search in (0, *EF_SEARCH):
        connection.execute(f"set hnsw.ef_search = {ef_search or EF_SEARCH[0]}")
        asked = np.arange(questions) + questions * (ef_search > 0)
        for places in np.array_split(asked, -(-questions // TURN)):
            for one in tables:
                answers = [answer(connection, one, place) for place in places.tolist()]
                taken.setdefault((one.label, ef_search), []).extend(answers)
    print(f"{'':35}{'ef_search':>10}{'p50 ms':>9}{'p99 ms':>9}{'CPU p50':>9}{'recall@10':>11}{'under .5':>9}")
    for (label, ef_search), answered in sorted((key, found) for key, found in taken.items() if key[1]):
        clock, cpu, recall = np.array(answered).T
        p50, p99 = 1000 * np.percentile(clock, [50, 99])
        print(f"{label:35}{ef_search:10}{p50:9.2f}{p99:9.2f}{1000 * np.median(cpu):9.2f}", end="")
        print(f"{recall.mean():11.4f}{np.sum(recall < 0.5):9}")


def answer(connection: psycopg.Connection, one: Built, place: int) -> tuple[float, float, float]:
    """Seconds by the clock, CPU seconds of the server's process, and the share of the true ten that it found."""
    number, spent = int(one.asked[place]), Path(f"/proc/{connection.info.backend_pid}/schedstat")
    query = f"""
        select article_id from {one.table} where article_id <> %s
        order by {one.expression} <=> (select {one.expression} from {one.table} where article_id = %s) limit {K}"""
    cpu, clock = int(spent.read_text().split()[0]), time.perf_counter()
    found = connection.execute(query, [number, number], prepare=True).fetchall()
    clock, cpu = time.perf_counter() - clock, int(spent.read_text().split()[0]) - cpu
    return clock, cpu / 1e9, len({row[0] for row in found} & set(one.nearest[place].tolist())) / K


if __name__ == "__main__":
    main()
