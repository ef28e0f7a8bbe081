"""Two articles with more links than are compared: the shares still add up, and what is shared is all there."""

from collections.abc import Iterator

import numpy as np
import psycopg
import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from tests.support.planted import article, load, store_model

SHARED, OWN = 450, 500


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    shared = [f"Shared {n}" for n in range(SHARED)]
    load(database, *(article(name, [*shared, *(f"{name} {n}" for n in range(OWN))]) for name in ("A", "B")))
    store_model(database)
    yield database


def test_the_shares_add_up(shelf: Database) -> None:
    rows = search.explain_similarity(shelf, "A", "B", 10_000)
    with shelf.session() as connection:
        similarity = connection.scalar(text("select 1 - (article_embedding(1) <=> article_embedding(2))"))
    assert sum(row.share for row in rows) == pytest.approx(similarity, abs=1e-4)
    both = [row for row in rows if row.title and row.title.startswith("Shared") and row.title == row.other_title]
    assert len(both) == SHARED
    own = {row.title for row in rows if row.title and row.title.startswith("A ")}
    others = {row.other_title for row in rows if row.other_title and row.other_title.startswith("B ")}
    assert 400 <= len(own) <= OWN
    assert 400 <= len(others) <= OWN
    few = search.explain_similarity(shelf, "A", "B", 7)
    assert few[:-1] == rows[:7]
    assert sum(row.share for row in few) == pytest.approx(similarity, abs=1e-4)


def test_the_shares_are_those_of_all_links(shelf: Database) -> None:
    """Half of what a link adds to the mean of A, in the direction of the mean of B, and half of the like for B."""
    query = """
        select p.article_id, l.title, v.embedding::real[], w.weight
        from article_links p join links l using (link_id) join link_vectors v using (link_id)
        join _link_weights w using (link_id)"""
    with psycopg.connect(shelf.url) as connection:
        parts = [(side, title, weight * np.array(v)) for side, title, v, weight in connection.execute(query).fetchall()]
    a, b = (np.sum([part for side, _, part in parts if side == one], axis=0) for one in (1, 2))
    part_of = {title: part for _, title, part in parts}
    lengths = np.linalg.norm(a) * np.linalg.norm(b)
    for row in search.explain_similarity(shelf, "A", "B", 1000):
        if row.title is not None and row.title == row.other_title:
            assert row.share == pytest.approx(part_of[row.title] @ (a + b) / lengths / 2, abs=1e-5)
