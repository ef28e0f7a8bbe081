"""Maximal marginal relevance in SQL beside its definition, one by one, in NumPy."""

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from db import search
from db.connection import Database
from db.models import vectors
from tests.support.planted import article, load, store_model

N, DIMENSIONS = 250, 16  # what is picked is taken out of the arrays after 100 picks and after 200

Float = NDArray[np.float64]


def by_definition(similarities: Float, rows: Float, count: int, diversity: float) -> list[int]:
    """Places, from 0; of equal candidates the first."""
    likeness = np.full(len(rows), -1.0)
    picks: list[int] = []
    while len(picks) < min(count, len(rows)):
        marginal = (1 - diversity) * similarities - diversity * likeness
        marginal[picks] = -np.inf
        picks.append(int(np.argmax(marginal)))
        likeness = np.maximum(likeness, rows @ rows[picks[-1]])
    return picks


@pytest.mark.parametrize("diversity", [0.125, 0.5, 1.0])
def test_equal_candidates_in_their_order(database: Database, diversity: float) -> None:
    """Numbers without rounding: every cosine is a multiple of 1/8, so most scores have their equals."""
    random = np.random.default_rng(0)
    rows = random.choice([-0.25, 0.25], size=(40, DIMENSIONS))[random.integers(40, size=N)]
    similarities = np.sort(random.integers(-8, 9, size=N) / 8)[::-1]
    candidates = {
        "ids": [1000 - place for place in range(N)],
        "similarities": similarities.tolist(),
        "embeddings": [str(row) for row in rows.tolist()],
    }
    query = text("""
        select _diverse(:ids, cast(:similarities as real[]), cast(cast(:embeddings as text[]) as vector[]),
                        :diversity, :count)""")
    with database.session() as connection:
        for count in (1, 99, 100, 101, 250, 1000):
            found = connection.scalar(query, {**candidates, "diversity": diversity, "count": count})
            assert found == [1000 - place for place in by_definition(similarities, rows, count, diversity)]


@pytest.mark.parametrize("diversity", [0.2, 0.6, 1.0])
def test_recommendations(database: Database, diversity: float) -> None:
    load(database, *(article(f"Book {n}", ["Shared", f"Link {n % 9}"]) for n in range(150)))
    store_model(database)
    with database.transaction() as connection:
        ids, rows = vectors.read(connection, 1, "articles", 8)
    row = dict(zip(ids.tolist(), rows.astype(np.float64), strict=True))
    nearest = search.recommend_articles(database, ["Book 1"], count=1000)
    assert len(nearest) == 149
    similarities = np.array([one.similarity for one in nearest])
    picks = by_definition(similarities, np.stack([row[one.article_id] for one in nearest]), 120, diversity)
    found = search.recommend_articles(database, ["Book 1"], count=120, diversity=diversity)
    assert found == [nearest[place] for place in picks]
