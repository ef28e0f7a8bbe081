"""Two articles with more links than are compared: the shares still add up, and what is shared is all there."""

from collections.abc import Iterator

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
    """Half of what a link of A adds to the mean, in the direction of B's mean, and the like for B."""
    query = """
        with v as (
            select p.article_id as side, p.link_id, l.embedding::real[] as v, w.weight
            from article_links p join link_vectors l using (link_id) join _link_weights w using (link_id)
        ), m as (
            select side, n, sum(weight * v[n]) as total from v, generate_series(1, 8) n group by side, n
        ), length as (select side, sqrt(sum(total ^ 2)) as length from m group by side)
        select sum(case when v.side = 1 then weight * v[n] * m.total else 0 end / (a.length * b.length) / 2)
               + sum(case when v.side = 2 then weight * v[n] * m.total else 0 end / (a.length * b.length) / 2)
        from v join m on m.side <> v.side cross join generate_series(1, 8) g
        cross join length a cross join length b
        where m.n = g and n = g and a.side = 1 and b.side = 2 and link_id = (
            select link_id from links where title = %s)""".replace("v[n]", "v[g]").replace(" and n = g", "")
    found = {row.title: row.share for row in search.explain_similarity(shelf, "A", "B", 1000)}
    with psycopg.connect(shelf.url) as connection:
        for title in ("Shared 0", "Shared 7", "Shared 449"):
            expected = connection.execute(query, [title]).fetchone()
            assert expected is not None
            assert found[title] >= expected[0] - 1e-5
