"""The ten nearest articles, asked for in every way, side by side on the same vectors.

    python -m bench.search [--articles 37020] [--questions 400]

The ways are the SQL function as a bare prepared statement, our Python API, our HTTP service, and the way of the 2018
tutorial, which is NumPy over the whole matrix in the memory of one process. Where faiss-cpu is installed, its exact and
its HNSW index are measured as well. The ways take turns of 40 questions, so that a busy machine is as hard on one as on
another, and so that each has the caches to itself. bench/README.md has results.
"""

import http.client
import importlib.util
import os
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial
from typing import Any, NamedTuple

import numpy as np
import psycopg
from numpy.typing import NDArray

import api
from bench.common import empty_database, parser, serving, temporary_home
from bench.planted_catalogue import SELECTIVITIES, article_rows, plant, prominences
from db.connection import Database
from db.models.indexes import build_memory
from train.evaluation.prominence import SCALE

K, CLIENTS, TURN = 10, 8, 40
DIALS = (-1.0, -0.5, 0.3, 0.5, 1.0)
TUTORIAL_LINKS = 41_758
QUERY = "select * from similar_articles(%s::text, %s)"
FILTERED = "select * from similar_articles(%s::text, %s, facets => %s)"
Way = Callable[[int], set[int]]  # From the number of an article to the numbers of the nearest articles.


class Maker(NamedTuple):
    """How a way is made, and its prominence. Each client gets a way of its own, because it has its own connection."""

    name: str
    make: Callable[[], Way]
    prominence: float = 0.0


def main() -> None:
    """Plant articles in a temporary home, measure, and print."""
    command = parser(__doc__)
    command.add_argument("--articles", type=int, default=37_020, metavar="N")
    command.add_argument("--questions", type=int, default=400, metavar="N")
    options = command.parse_args()
    rows = article_rows(options.articles)
    asked = np.random.default_rng(1).integers(1, options.articles + 1, size=options.questions).tolist()
    with temporary_home() as home, empty_database(home) as database, api.Shelf(database) as shelf:
        plant(database, options.articles, TUTORIAL_LINKS)
        index(database, *rows.shape)
        exact = {dial: answers(rows, dial, asked[:200]) for dial in (0.0, *DIALS)}
        with serving(database.url) as (_, port):
            unfiltered(list(makers(database, shelf, port, rows)), asked, exact)
        filtered(database, asked)


def makers(database: Database, shelf: api.Shelf, port: int, rows: NDArray[np.float32]) -> Iterator[Maker]:
    """The ways that can be measured on this machine."""
    yield Maker("SQL, prepared", lambda: by_sql(database.url))
    for dial in DIALS:
        yield Maker(f"SQL, prominence {dial}", partial(by_sql, database.url, dial), dial)
    yield Maker("Python", lambda: by_python(shelf))
    yield Maker("HTTP", lambda: by_http(port))
    yield Maker("the tutorial's NumPy", lambda: tutorial(rows))
    if importlib.util.find_spec("faiss"):
        for name, factory in (("faiss, exact", "Flat"), ("faiss, HNSW", "HNSW16")):
            found = faiss_index(name, factory, rows)
            yield Maker(name, partial(by_faiss, found, rows))


def by_sql(url: str, prominence: float = 0.0) -> Way:
    """Ask by one statement, which is prepared when the connection meets it first."""
    connection = psycopg.connect(url, autocommit=True)
    query = f"{QUERY[:-1]}, prominence => {prominence})" if prominence else QUERY
    return lambda number: {row[0] for row in connection.execute(query, [f"Book {number}", K], prepare=True).fetchall()}


def answers(rows: NDArray[np.float32], prominence: float, asked: list[int]) -> dict[int, set[int]]:
    """The articles of the highest cosine + 0.32 x prominence x their own, without the asked one."""
    found = {}
    for number in asked:
        scores = rows @ rows[number - 1] + np.float32(SCALE * prominence) * prominences(len(rows))
        scores[number - 1] = -np.inf
        found[number] = {int(place) + 1 for place in np.argpartition(-scores, K)[:K]}
    return found


def by_python(shelf: api.Shelf) -> Way:
    """Ask through one shelf, which all clients share."""
    return lambda number: {one.article_id for one in shelf.similar_articles(f"Book {number}", K)}


def by_http(port: int) -> Way:
    """Ask over one connection that is kept alive."""
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.connect()
    connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(number: int) -> set[int]:
        connection.request("GET", f"/articles/Book%20{number}/similar?count={K}")
        text = connection.getresponse().read().decode()
        return {int(part.split(",", 1)[0]) for part in text.split('"article_id":')[1:]}

    return ask


def tutorial(rows: NDArray[np.float32]) -> Way:
    """Multiply the whole matrix by the row of the article, sort all products, and look up the names."""
    names = {index: f"Book {index + 1}" for index in range(len(rows))}
    indexes = {name: index for index, name in names.items()}

    def ask(number: int) -> set[int]:
        products = np.dot(rows, rows[indexes[f"Book {number}"]])
        closest = np.argsort(products)[-K - 1 :]
        return {int(names[index].split()[1]) for index in closest.tolist()} - {number}

    return ask


def faiss_index(name: str, factory: str, rows: NDArray[np.float32]) -> Any:
    """Build faiss's index of that kind and describe it."""
    os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # Otherwise its threads go on spinning in the turn of the next way.
    import faiss

    start = time.perf_counter()
    found = faiss.index_factory(rows.shape[1], factory, faiss.METRIC_INNER_PRODUCT)
    found.add(rows)
    seconds = time.perf_counter() - start
    print(f"{name}: built in {seconds:.1f} s, {faiss.serialize_index(found).nbytes / 1e6:.1f} MB with its vectors")
    if factory != "Flat":
        found.hnsw.efSearch = 30  # This is hnsw.ef_search of our databases.
    return found


def by_faiss(found: Any, rows: NDArray[np.float32]) -> Way:
    """Ask the index in the memory of this process, without names."""

    def ask(number: int) -> set[int]:
        _, closest = found.search(rows[number - 1 : number], K + 1)
        return {int(index) + 1 for index in closest[0]} - {number}

    return ask


def index(database: Database, n_rows: int, dimensions: int) -> None:
    """Build pgvector's index once more, and print how long that takes and how large it is."""
    with psycopg.connect(database.url, autocommit=True) as connection:
        connection.execute(f"set maintenance_work_mem = '{build_memory(n_rows, dimensions)}'")
        start = time.perf_counter()
        connection.execute("reindex index _article_vectors_1_embedding_idx")
        seconds = time.perf_counter() - start
        sizes = "select pg_relation_size('_article_vectors_1_embedding_idx'), pg_table_size('_article_vectors_1')"
        size, table = connection.execute(sizes).fetchone()  # type: ignore[misc]
    print(f"pgvector, HNSW: built in {seconds:.1f} s, {size / 1e6:.1f} MB, its table {table / 1e6:.1f} MB")


def unfiltered(found: list[Maker], asked: list[int], exact: dict[float, dict[int, set[int]]]) -> None:
    """Print the latency of one client, the questions per second of eight, and how many of the ten nearest they find."""
    ways, dials = {maker.name: maker.make() for maker in found}, {maker.name: maker.prominence for maker in found}
    seconds: dict[str, list[float]] = {name: [] for name in ways}
    hits = dict.fromkeys(ways, 0)
    questions = [*asked[:TURN], *asked]
    for turn in range(0, len(questions), TURN):
        for name, way in ways.items():
            for number in questions[turn : turn + TURN]:
                start = time.perf_counter()
                answer = way(number)
                seconds[name].append(time.perf_counter() - start)
                hits[name] += len(answer & exact[dials[name]].get(number, set()))
    print(f"{'':22}{'p50 ms':>9}{'p99 ms':>9}{'1 client/s':>12}{'8 clients/s':>12}{'recall@10':>11}{'p50 / SQL':>11}")
    first = np.median(seconds[found[0].name][TURN:])
    for maker in found:
        taken = np.array(seconds[maker.name][TURN:])
        known = sum(number in exact[0.0] for number in questions)
        p50, p99 = 1000 * np.percentile(taken, [50, 99])
        print(
            f"{maker.name:22}{p50:9.2f}{p99:9.2f}{1 / taken.mean():12,.0f}{rate(maker, asked):12,.0f}"
            f"{hits[maker.name] / K / known:11.4f}{np.median(taken) / first:11.2f}",
            flush=True,
        )


def rate(maker: Maker, asked: list[int]) -> float:
    """Questions per second of eight clients at once."""

    def client(way: Way) -> int:
        return len([way(number) for number in asked])

    ways = [maker.make() for _ in range(CLIENTS)]
    with ThreadPoolExecutor(CLIENTS) as threads:
        start = time.perf_counter()
        answered = sum(threads.map(client, ways))
        return answered / (time.perf_counter() - start)


def filtered(database: Database, asked: list[int]) -> None:
    """Print the latency of the prepared statement without a filter, and with filters that ever fewer articles pass."""
    print(f"{'filter passed by':22}{'p50 ms':>9}{'p99 ms':>9}{'rows':>6}")
    with closing(psycopg.connect(database.url, autocommit=True)) as connection:
        seconds: dict[str, list[float]] = {name: [] for name in ("all", *SELECTIVITIES)}
        fewest = dict.fromkeys(seconds, K)
        for turn in range(0, len(asked), TURN):
            for name in seconds:
                facets = None if name == "all" else f'{{"genre": "{name}"}}'
                for number in asked[turn : turn + TURN]:
                    start = time.perf_counter()
                    rows = connection.execute(FILTERED, [f"Book {number}", K, facets], prepare=True).fetchall()
                    seconds[name].append(time.perf_counter() - start)
                    fewest[name] = min(fewest[name], len(rows))
    for name, taken in seconds.items():
        p50, p99 = 1000 * np.percentile(taken, [50, 99])
        print(f"{SELECTIVITIES.get(name, 100):>20} %{p50:9.2f}{p99:9.2f}{fewest[name]:6}")


if __name__ == "__main__":
    main()
