"""Two models of which every answer is known.

In each model the articles form groups of 11. The articles of a group are close together and far from all others.
"""

import numpy as np
from numpy.typing import NDArray

from bench.common import add_books, store_model, unit
from db.connection import Database

GROUP, N_ARTICLES = 11, 1_100
DIMENSIONS = {"A": 50, "B": 64}
NUMBERS = np.arange(N_ARTICLES, dtype=np.int32)
# In A the neighbours by number form a group, in B the numbers that leave the same remainder.
# No two articles share a group in both.
GROUPS = {"A": NUMBERS // GROUP, "B": NUMBERS % (N_ARTICLES // GROUP)}


def plant(database: Database) -> dict[str, int]:
    """Add the articles, store both models, ready but not active, and return the models' ids."""
    with database.transaction() as connection:
        add_books(connection, N_ARTICLES)
    rows = {layout: _unit_rows(layout) for layout in DIMENSIONS}
    return {layout: store_model(database, rows[layout], rows[layout]) for layout in DIMENSIONS}


def layout_of(number: int, found: set[int]) -> str | None:
    """The layout in which exactly these are the other articles of the number's group, or None."""
    for layout, groups in GROUPS.items():
        if found == set(np.flatnonzero(groups == groups[number]).tolist()) - {number}:
            return layout
    return None


def _unit_rows(layout: str) -> NDArray[np.float32]:
    generator = np.random.default_rng(DIMENSIONS[layout])
    directions = generator.normal(size=(N_ARTICLES // GROUP, DIMENSIONS[layout]))
    return unit(directions[GROUPS[layout]] + 0.1 * generator.normal(size=(N_ARTICLES, DIMENSIONS[layout])))
