"""Articles that are folded in, beside the same articles trained: their ten nearest articles, compared.

    python -m ingest RECORDS && python -m bench.fold_in [--share 0.1]

It trains on all articles of the database (seeds 0 and 1) and on all but a share, and folds that share in. This takes
two CPU minutes with 9,926 articles. The models are dropped at the end, and searches go on with the active one.
"""

import argparse
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from db import facet_values
from db.connection import Database
from db.models import activation, fold_in, registry, vectors
from db.opening import connect
from db.pairs import Pairs
from train import pipeline
from train.config import Settings, as_stored, decide
from train.evaluation.neighbours import agreement, nearest
from train.fit import fit
from train.trimming import trim

FACETS = ("genre", "author")

Int32 = NDArray[np.int32]


class Neighbours(NamedTuple):
    """The ten nearest articles of every article of a model. `places` are positions in `article_ids`."""

    article_ids: Int32
    places: NDArray[np.int64]

    def of(self, asked: Int32) -> Int32:
        """The ids of the neighbours of these articles, of shape (n, 10)."""
        return self.article_ids[self.places[np.searchsorted(self.article_ids, asked)]]


def main() -> None:
    """Train, fold in, compare."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=float, default=0.1, help="the share of the articles to fold in (default 0.1)")
    share = parser.parse_args().share
    with connect() as database:
        pairs = pipeline.read_pairs(database, Settings())
        part, held = without(pairs, share)
        with trained(database, {"full": (pairs, 0), "other seed": (pairs, 1), "folded in": (part, 0)}) as model_ids:
            trained_before = neighbours(database, model_ids["folded in"])
            fold_in_measured(database, model_ids["folded in"])
            found = {name: neighbours(database, model_id) for name, model_id in model_ids.items()}
            report(database, found, held, trained_before.article_ids)


def without(pairs: Pairs, share: float) -> tuple[Pairs, Int32]:
    """The pairs of all articles but a share, and the ids of the articles of that share."""
    n_articles = len(pairs.article_ids)
    held = np.sort(np.random.default_rng(0).choice(n_articles, round(share * n_articles), replace=False))
    kept = ~np.isin(pairs.article_index, held)
    columns = (pairs.article_index[kept], pairs.link_index[kept], pairs.occurrences[kept])
    return trim(Pairs(pairs.article_ids, pairs.link_ids, *columns), 1, 1.0), pairs.article_ids[held]


@contextmanager
def trained(database: Database, wanted: Mapping[str, tuple[Pairs, int]]) -> Iterator[dict[str, int]]:
    """Models of these pairs and seeds, which are dropped at the end."""
    model_ids: dict[str, int] = {}
    try:
        for name, (pairs, seed) in wanted.items():
            model_ids[name] = train_one(database, pairs, seed)
        yield model_ids
    finally:
        for model_id in model_ids.values():
            with database.transaction() as connection:
                activation.drop(connection, model_id)


def train_one(database: Database, pairs: Pairs, seed: int) -> int:
    """A model of the default settings, not activated."""
    trimmed, settings = decide(Settings(seed=seed), pairs)
    with registry.training(database, settings.objective, settings.dimensions, as_stored(settings)) as model_id:
        pipeline.store(database, model_id, trimmed, fit(trimmed, settings))
    return model_id


def fold_in_measured(database: Database, model_id: int) -> None:
    """Fold in, and print the CPU seconds of client and server."""
    with database.transaction() as connection:
        server = connection.execute(text("select pg_backend_pid()")).scalar_one()
        before = time.process_time(), server_seconds(server)
        done = fold_in.fold_in(connection, model_id)
        client, backend = time.process_time() - before[0], server_seconds(server) - before[1]
    print(f"{done}: client {client:.2f} s, server {backend:.2f} s")


def server_seconds(pid: int) -> float:
    """CPU seconds of the server's process for one connection (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / 100


def neighbours(database: Database, model_id: int) -> Neighbours:
    """The neighbours of all articles of a model, found exactly."""
    with database.transaction() as connection:
        model = registry.find(connection, model_id)
        ids, rows = vectors.read(connection, model_id, "articles", model.dimensions)
    return Neighbours(ids, nearest(lambda asked: rows[asked] @ rows.T, len(ids), 10)[0])


def report(database: Database, found: Mapping[str, Neighbours], held: Int32, trained_ids: Int32) -> None:
    """Print how much of the neighbours two models share, and how well they agree in genre and author."""
    asked = np.intersect1d(held, np.intersect1d(found["full"].article_ids, found["folded in"].article_ids))
    others = np.intersect1d(trained_ids, found["full"].article_ids)
    print(f"{len(asked):,} articles; overlap of the ten nearest with those of the full training")
    print(f"  folded in                              {overlap(found, 'folded in', asked):.3f}")
    print(f"  trained, another seed                  {overlap(found, 'other seed', asked):.3f}")
    print(f"  the others, trained both with and without these  {overlap(found, 'folded in', others):.3f}")
    for name, one in found.items():
        print(f"{name:12} " + ", ".join(f"{facet} {agreeing(database, one, facet, asked):.3f}" for facet in FACETS))


def overlap(found: Mapping[str, Neighbours], name: str, asked: Int32) -> float:
    """The share of the ten neighbours that both models have; the mean over the articles."""
    both = zip(found["full"].of(asked), found[name].of(asked), strict=True)
    return float(np.mean([len(np.intersect1d(one, other)) for one, other in both])) / 10


def agreeing(database: Database, found: Neighbours, name: str, asked: Int32) -> float:
    """The share of the neighbours that have a value of the facet in common with the article."""
    with database.transaction() as connection:
        facet = facet_values.read(connection, name, found.article_ids)
    shares = agreement({"here": found.places}, facet, len(found.article_ids))["here"]
    return float(np.nanmean(shares[np.searchsorted(found.article_ids, asked)]))


if __name__ == "__main__":
    main()
