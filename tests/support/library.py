"""37,020 planted articles, the size of the 2018 tutorial: clustered vectors, and facets of every selectivity."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from db import binary_copy
from db.connection import Database
from db.models import activation, indexes, registry, vectors

N, DIMENSIONS = 37_020, 50
SHARES = (0.0001, 0.001, 0.01, 0.1, 1.0)


class Library(NamedTuple):
    """Article n has the title "Book n" and stands at n - 1.

    Attributes
    ----------
    rows : float32 array of shape (N, DIMENSIONS)
    prominence : float32 array of shape (N,)
        From -3 to 3, partly by where an article stands.
    scattered, clustered : int arrays of shape (N,)
        Ranks: those below share x N have the facet `scattered` or `clustered` of that value; articles of neighbouring
        ranks in `clustered` stand near one another, so that for most articles nothing near has the facet.
    """

    rows: NDArray[np.float32]
    scattered: NDArray[np.int64]
    clustered: NDArray[np.int64]
    prominence: NDArray[np.float32]


def plant() -> Library:
    """40 topics of 1,000 subtopics in all, some large, most small."""
    random = np.random.default_rng(0)
    topics = random.normal(size=(40, DIMENSIONS))
    centres = topics[random.integers(40, size=1000)] + 0.9 * random.normal(size=(1000, DIMENSIONS))
    sizes = np.arange(1, 1001) ** -0.7
    centre = random.choice(1000, size=N, p=sizes / sizes.sum())
    rows = centres[centre] + 0.7 * random.normal(size=(N, DIMENSIONS))
    clustered = np.empty(N, dtype=np.int64)
    clustered[np.argsort(centre, kind="stable")] = np.arange(N)
    unit = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    scattered = random.permutation(N)
    prominence = unit @ random.normal(size=DIMENSIONS) / 2 + random.normal(size=N)
    return Library(unit, scattered, clustered, np.clip(prominence.round(2), -3, 3).astype(np.float32))


def store(database: Database, library: Library) -> None:
    """Write the articles, their facets and their vectors as the active model."""
    with database.transaction() as connection:
        connection.execute(
            text("""
                insert into articles (article_id, topic, title, infobox, text_length)
                select n, case when n % 1000 = 0 then 'film' else 'book' end, 'Book ' || n, '{}', 1
                from generate_series(1, :n) n"""),
            {"n": N},
        )
        binary_copy.copy_records(connection, "facets", _facets(library))
        connection.execute(text("create temporary table known (article_id integer primary key, prominence real)"))
        ids = np.arange(1, N + 1, dtype=np.int32)
        binary_copy.copy_in(connection, "known", binary_copy.rows(ids, library.prominence))
        connection.execute(
            text("update articles a set prominence = k.prominence from known k where k.article_id = a.article_id")
        )
    with registry.training(database, "softmax", DIMENSIONS, {}) as model_id, database.transaction() as connection:
        vectors.store(connection, model_id, "articles", ids, library.rows)
        vectors.store(connection, model_id, "links", ids[:1], library.rows[:1])
        registry.finish(connection, model_id, {}, "fingerprint")
        activation.activate(connection, model_id)
        indexes.complete(connection, model_id)
    with database.session() as connection:
        connection.execute(text("vacuum analyze articles, facets"))


def _facets(library: Library) -> Iterator[tuple[int, str, str]]:
    for n in range(1, N + 1):
        yield n, "author", f"Author {n % 9000}"
        yield n, "year", str(1800 + n % 220)
        for name in ("scattered", "clustered"):
            rank = getattr(library, name)[n - 1]
            yield from ((n, name, str(share)) for share in SHARES if rank < share * N)
