"""Two models whose every answer is known: in each, articles stand in groups of 11, close together, far from others."""

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import text

from db.connection import Database
from db.models import registry, vectors

GROUP, N_ARTICLES = 11, 1_100
DIMENSIONS = {"A": 50, "B": 64}
NUMBERS = np.arange(N_ARTICLES, dtype=np.int32)
# A: neighbours by number. B: the numbers that leave the same remainder. No two articles share a group in both.
GROUPS = {"A": NUMBERS // GROUP, "B": NUMBERS % (N_ARTICLES // GROUP)}


def plant(database: Database) -> dict[str, int]:
    """Articles "Book 0", "Book 1", ..., and both models, ready but not active; their ids."""
    with database.transaction() as connection:
        connection.execute(
            text("""
                insert into articles (article_id, topic, title, infobox, text_length)
                select n, 'book', 'Book ' || n, '{}', 1 from generate_series(0, :n - 1) n"""),
            {"n": N_ARTICLES},
        )
    return {layout: _store(database, layout) for layout in DIMENSIONS}


def layout_of(number: int, found: set[int]) -> str | None:
    """The layout in which these are the others of the number's group, or None."""
    for layout, groups in GROUPS.items():
        if found == set(np.flatnonzero(groups == groups[number]).tolist()) - {number}:
            return layout
    return None


def _store(database: Database, layout: str) -> int:
    rows = _unit_rows(layout)
    with (
        registry.training(database, "softmax", DIMENSIONS[layout], {}) as model_id,
        database.transaction() as connection,
    ):
        for kind in ("articles", "links"):
            vectors.store(connection, model_id, kind, NUMBERS, rows)
        registry.finish(connection, model_id, {"articles": N_ARTICLES, "links": N_ARTICLES}, layout)
    return model_id


def _unit_rows(layout: str) -> NDArray[np.float32]:
    generator = np.random.default_rng(DIMENSIONS[layout])
    directions = generator.normal(size=(N_ARTICLES // GROUP, DIMENSIONS[layout]))
    rows = directions[GROUPS[layout]] + 0.1 * generator.normal(size=(N_ARTICLES, DIMENSIONS[layout]))
    return (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
