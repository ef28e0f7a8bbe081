"""The map: how good it is, what it costs, whether it stays, and how well articles that are folded in are placed.

    python -m ingest RECORDS && python -m bench.map
    python -m bench.map --planted 37020

The first trains models on all articles of the database (seeds 0 and 1) and on nine tenths of them, and maps all of
them. The models are dropped at the end, and searches go on with the active one. The second measures time and memory on
random vectors around 300 directions, in a database of its own.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import time

import numpy as np

from bench import map_quality, planted_catalogue
from bench.common import empty_database, most_memory, temporary_home
from bench.fold_in import trained, without
from bench.map_quality import Mapped, Quality
from db.connection import Database
from db.maps import positions
from db.maps.positions import Former
from db.models import fold_in, registry, vectors
from db.opening import connect
from train import pipeline
from train.config import Settings
from train.map import make


def main() -> None:
    """Map, and measure."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--planted", type=int, metavar="N", help="measure the cost of N articles")
    n_articles = parser.parse_args().planted
    if n_articles is None:
        with connect() as database:
            measure(database)
        return
    with temporary_home() as home, empty_database(home) as database:
        planted_catalogue.plant(database, n_articles, 100)
        print(mapped(database, 1, "--fresh"))


def measure(database: Database) -> None:
    """Everything about the articles that are in the database."""
    pairs = pipeline.read_pairs(database, Settings())
    part, held = without(pairs, 0.1)
    with trained(database, {"first": (pairs, 0), "second": (pairs, 1), "folded in": (part, 0)}) as ids:
        first = made(database, ids["first"], "--fresh", threads=2)
        again = made(database, ids["first"], "--fresh", threads=1)
        print(f"the same bytes with 2 threads and with 1: {digest(first) == digest(again)}")
        for name, former in {"anew": None, "from the first": former_of(database, ids["first"])}.items():
            second = laid_out(database, ids["second"], former)
            fitted = second if former else map_quality.turned_to_fit(first, second)
            print(f"a second model, laid out {name}: {moved(first, fitted)}", flush=True)
        before = made(database, ids["folded in"], "--fresh")
        with database.transaction() as connection:
            fold_in.fold_in(connection, ids["folded in"])
            placed = map_quality.read(connection, ids["folded in"])
            asked = np.setdiff1d(np.intersect1d(np.intersect1d(placed.ids, held), first.ids), before.ids)
            shares = [map_quality.agreeing(connection, one, "genre", asked) for one in (placed, first)]
        print(f"{len(asked):,} articles: genre agreement folded in {shares[0]:.3f}, laid out {shares[1]:.3f}")


def made(database: Database, model_id: int, *options: str, threads: int = 1) -> Mapped:
    """Make a map in a process of its own, print what it cost and how good it is, and return it."""
    cost = mapped(database, model_id, *options, threads=threads)
    with database.transaction() as connection:
        found = map_quality.read(connection, model_id)
        print(f"{cost}; {told(map_quality.quality(connection, found))}", flush=True)
    return found


def mapped(database: Database, model_id: int, *options: str, threads: int = 1) -> str:
    """Make a map in a process of its own, and say what it cost."""
    command = [sys.executable, "-m", "train", "map", "--model", str(model_id), *options]
    names = ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")
    environment = {**os.environ, "DATABASE_URL": database.url, **dict.fromkeys(names, str(threads))}
    process = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    most, done = 0.0, 0
    while not done:
        most = max(most, most_memory(process.pid))
        time.sleep(0.02)
        done, status, used = os.wait4(process.pid, os.WNOHANG)
    assert status == 0, command
    return f"{' '.join(options)} {used.ru_utime + used.ru_stime:.1f} CPU s, {most:.0f} MB"


def former_of(database: Database, model_id: int) -> Former | None:
    """The map of this model, for another to go on from."""
    with database.transaction() as connection:
        return positions.former_map(connection, model_id)


def laid_out(database: Database, model_id: int, former: Former | None) -> Mapped:
    """A map that is not stored; print what it cost and how good it is."""
    with database.transaction() as connection:
        ids, rows = vectors.read(connection, model_id, "articles", registry.find(connection, model_id).dimensions)
        start = time.process_time()
        xy = make.lay_out(ids, rows, former, 0, lambda *_: None).xy
        found = Mapped(ids, xy.astype(np.float64), rows)
        print(f"{time.process_time() - start:.1f} CPU s; {told(map_quality.quality(connection, found))}")
    return found


def digest(found: Mapped) -> str:
    """A hash of all positions."""
    return hashlib.sha256(found.ids.tobytes() + found.xy.tobytes()).hexdigest()


def told(measured: Quality) -> str:
    """The figures with their names."""
    return ", ".join(f"{name} {value:.3f}" for name, value in measured._asdict().items())


def moved(old: Mapped, new: Mapped) -> str:
    """How far articles moved, in words."""
    median, most = map_quality.movement(old, new)
    return f"moved {median:.1%} of the radius (median), {most:.1%} (90th percentile)"


if __name__ == "__main__":
    main()
