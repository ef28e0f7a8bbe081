"""Questions that may be dear among many articles: whichever way is taken, it is the answer of a comparison with all."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from tests.conftest import new_database
from tests.support import library as planted
from tests.support.library import Library, N

ASKED = range(1, N, N // 5)


@pytest.fixture(scope="module")
def library() -> Library:
    return planted.plant()


@pytest.fixture(scope="module")
def shelf(server_url: str, template: str, library: Library) -> Iterator[Database]:
    with new_database(server_url, template) as url, Database(url) as database:
        planted.store(database, library)
        yield database


@pytest.mark.parametrize("prominence", [0.0, 0.5, -1.0])
@pytest.mark.parametrize("least_similar", [-1.0, 0.3, 0.6, 0.9, 1.0])
@pytest.mark.parametrize(
    "facets", [None, {"clustered": "0.1"}, {"scattered": "0.1"}, {"scattered": "1.0", "year": "1800.."}]
)
def test_a_least_similarity(
    shelf: Database, library: Library, prominence: float, least_similar: float, facets: dict[str, str] | None
) -> None:
    """Whether the scan finds all that is so near, or gives up, the answer has as many as there are."""
    allowed = np.ones(N, bool)
    for name, share in (facets or {}).items():
        allowed &= getattr(library, name) < float(share) * N if name != "year" else True
    missed = asked_for = 0
    for asked in ASKED:
        similarity = library.rows @ library.rows[asked - 1]
        within = allowed & (similarity >= least_similar)
        within[asked - 1] = False
        scores = np.where(within, similarity + 0.32 * prominence * library.prominence, -np.inf)
        count = min(10, int(within.sum()))
        expected = set((np.argsort(-scores)[:count] + 1).tolist())
        found = search.similar_articles(
            shelf, asked, facets=facets, prominence=prominence, min_similarity=least_similar
        )
        assert len(found) == count
        assert all(within[one.article_id - 1] for one in found)
        missed, asked_for = missed + len(expected - {one.article_id for one in found}), asked_for + count
    assert missed <= max(2, 0.05 * asked_for)


@pytest.mark.parametrize("least_similar", [None, 0.4, 0.8])
@pytest.mark.parametrize(("least", "exact"), [(True, False), (False, True), (True, True)])
def test_broad_filters_compared_with_all(
    shelf: Database, library: Library, least: bool, exact: bool, least_similar: float | None
) -> None:
    """The best of all do if enough of them match; otherwise what matches is found as sets."""
    for name, share in (("scattered", 1.0), ("clustered", 0.1), ("scattered", 0.01)):
        facets = {name: str(share), "year": ["1800..1990", "1950..2000"]}
        allowed = (getattr(library, name) < share * N) & (np.arange(1, N + 1) % 220 <= 200)
        similarity = library.rows @ library.rows[6]
        allowed[6] = False
        if least_similar is not None:
            allowed &= similarity >= least_similar
        order = np.argsort(np.where(allowed, similarity if least else -similarity, np.inf), kind="stable")
        expected = (order[: min(300, int(allowed.sum()))] + 1).tolist()
        found = search.similar_articles(
            shelf, 7, 300, facets=facets, least=least, exact=exact, min_similarity=least_similar
        )
        assert len(found) == len(expected)
        assert len(set(expected) ^ {one.article_id for one in found}) <= 2  # equal but for the last bits of two numbers


def test_many_are_excluded(shelf: Database, library: Library) -> None:
    similarity = library.rows @ library.rows[6]
    order = (np.argsort(-similarity) + 1).tolist()
    for most in (50, 2_000, 9_999):
        for exact, facets in ((False, None), (True, None), (False, {"scattered": "1.0"}), (True, {"year": "1800.."})):
            found = search.similar_articles(shelf, 7, facets=facets, exact=exact, exclude_ids=order[:most])
            assert len({one.article_id for one in found} & set(order[most : most + 11])) >= (9 if exact else 6)


def test_so_many_that_are_so_near(shelf: Database, library: Library) -> None:
    """More articles than are compared one by one may be above the least similarity."""
    least = float(np.sort(library.rows @ library.rows[6])[-25_001])
    with shelf.session() as connection:
        found = connection.scalar(text(f"select count(*) from similar_articles(7, 30000, min_similarity => {least})"))
    assert abs(found - 25_000) <= 1
