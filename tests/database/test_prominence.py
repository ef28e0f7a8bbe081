"""The dial from hidden gems to well known, beside numpy; what never comes back; and how similar is similar enough."""

import json
from collections.abc import Callable, Iterator

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import ProminenceInvalid, SimilarityInvalid, TitlesInvalid
from db.search import SimilarArticle
from tests.conftest import new_database
from tests.support import library as planted
from tests.support.library import Library, N
from tests.support.planted import article, load, store_model
from train.evaluation.prominence import SCALE

DIALS = (-1.0, -0.5, -0.1, 0.0, 0.25, 0.5, 1.0)
ASKED = range(1, N, N // 25)


@pytest.fixture(scope="module")
def library() -> Library:
    return planted.plant()


@pytest.fixture(scope="module")
def shelf(server_url: str, template: str, library: Library) -> Iterator[Database]:
    with new_database(server_url, template) as url, Database(url) as database:
        planted.store(database, library)
        yield database


def scores(library: Library, asked: int, prominence: float) -> NDArray[np.float32]:
    """What each article is ordered by; the asked one is last."""
    found = library.rows @ library.rows[asked - 1] + np.float32(SCALE * prominence) * library.prominence
    found[asked - 1] = -9
    return np.asarray(found, np.float32)


@pytest.mark.parametrize("prominence", DIALS)
def test_exact_and_found_by_the_index(shelf: Database, library: Library, prominence: float) -> None:
    missed = 0
    for asked in ASKED:
        expected = scores(library, asked, prominence)
        best = np.sort(expected)[::-1][:10]
        exact = search.similar_articles(shelf, asked, exact=True, prominence=prominence)
        assert [one.score for one in exact] == pytest.approx(best, abs=2e-6)
        usual = search.similar_articles(shelf, asked, prominence=prominence)
        assert [one.score for one in usual] == pytest.approx([expected[one.article_id - 1] for one in usual], abs=2e-6)
        cosines = [library.rows[one.article_id - 1] @ library.rows[asked - 1] for one in usual]
        assert [one.similarity for one in usual] == pytest.approx(cosines, abs=2e-6)
        assert len(usual) == 10
        missed += len({one.article_id for one in exact} - {one.article_id for one in usual})
    assert missed <= 0.03 * 10 * len(ASKED)


def test_the_dial_with_filters_least_and_many_rows(shelf: Database, library: Library) -> None:
    for asked in ASKED[:8]:
        for name, share in (("scattered", 0.001), ("scattered", 0.1), ("clustered", 0.1)):
            allowed = getattr(library, name) < share * N
            allowed[asked - 1] = False
            expected = np.sort(np.where(allowed, scores(library, asked, -0.7), -9))[::-1][:10]
            found = search.similar_articles(shelf, asked, facets={name: str(share)}, prominence=-0.7)
            assert len(found) == min(10, int(allowed.sum()))
            if share == 0.001:
                assert [one.score for one in found] == pytest.approx(expected, abs=2e-6)
        worst = scores(library, asked, 0.5)
        worst[asked - 1] = 9
        found = search.similar_articles(shelf, asked, least=True, prominence=0.5)
        assert [one.score for one in found] == pytest.approx(np.sort(worst)[:10], abs=2e-6)
    assert len({one.article_id for one in search.similar_articles(shelf, 500, 300, prominence=1)}) == 300


def test_an_index_serves_either_order(shelf: Database) -> None:
    indexes = {0.0: "_article_vectors_1_embedding_idx", 0.5: "_article_vectors_1_placed_idx"}
    scans = text("select pg_stat_get_xact_numscans(to_regclass(:index))")
    for prominence, index in indexes.items():
        with shelf.transaction() as connection:
            connection.execute(text("select * from similar_articles(7, prominence => :p)"), {"p": prominence})
            taken = [name for name in indexes.values() if connection.scalar(scans, {"index": name})]
        assert taken == [index]


def test_what_never_comes_back(shelf: Database) -> None:
    first = search.similar_articles(shelf, 7)
    gone = search.similar_articles(
        shelf, 7, exclude=[first[0].title, "Zzyzx"], exclude_ids=[first[1].article_id, 2**40]
    )
    assert [one.article_id for one in gone][:8] == [one.article_id for one in first[2:]]
    assert len(gone) == 10
    narrow = {"scattered": "0.0001"}
    three = search.similar_articles(shelf, 7, facets=narrow)
    left = search.similar_articles(shelf, 7, facets=narrow, exclude_ids=[three[0].article_id])
    assert left == three[1:]


def test_how_similar_is_enough(shelf: Database, library: Library) -> None:
    for prominence in (0.0, 0.8):
        least = float(np.sort(library.rows @ library.rows[6])[-6])  # the asked article itself and five others
        found = search.similar_articles(shelf, 7, prominence=prominence, min_similarity=least - 1e-6)
        assert len(found) == 5
        assert min(one.similarity for one in found) == pytest.approx(least, abs=1e-5)
        assert [one.score for one in found] == sorted((one.score for one in found), reverse=True)
        assert search.similar_articles(shelf, 7, prominence=prominence, min_similarity=1) == []


def test_bad_arguments_are_named(shelf: Database) -> None:
    for prominence in (1.1, -2, float("nan")):
        with pytest.raises(ProminenceInvalid, match="prominence must be between -1"):
            search.similar_articles(shelf, 7, prominence=prominence)
    with pytest.raises(SimilarityInvalid):
        search.articles_near_link(shelf, "x", min_similarity=7)
    with pytest.raises(TitlesInvalid, match=r'exclude must be a list of titles, not one text; write \["Book 1"\]'):
        search.recommend_articles(shelf, ["Book 7"], exclude="Book 1")


def test_an_import_says_how_prominent(database: Database) -> None:
    """By the links that it shares with others where nobody counted who links to it, standardised within its topic."""
    many = [f"Link {n}" for n in range(40)]
    load(database, *(article(f"Book {n}", many[: 1 + n * n]) for n in range(7)), article("Film", many, topic="film"))
    with database.session() as connection:
        found: dict[str, float] = dict(connection.execute(text("select title, prominence from articles")).all())
    sizes = np.array([1, 2, 5, 10, 17, 17, 17])  # Only three books and the film make the links from 17 to 25.
    assert {n: sum(1 + k * k > n for k in range(7)) + 1 for n in (16, 17, 25)} == {16: 4, 17: 3, 25: 3}
    expected = (sizes - sizes.mean()) / sizes.std()
    assert [found[f"Book {n}"] for n in range(7)] == pytest.approx(expected, abs=0.006)
    assert found["Film"] == 0


def test_who_links_to_an_article_counts_where_it_is_known(database: Database) -> None:
    load(database, *(article(f"Book {n}", [f"Link {n % 2}"]) for n in range(9)))
    with database.transaction() as connection:
        connection.execute(text("update articles set linked_from = article_id ^ 3 where article_id <= 5"))
    load(database)
    with database.session() as connection:
        found = connection.execute(text("select prominence from articles order by article_id")).scalars().all()
    sizes = np.log1p(np.arange(1, 6) ** 3)
    assert found[:5] == pytest.approx((sizes - sizes.mean()) / sizes.std(), abs=0.006)
    assert found[5:] == [0] * 4  # They are alike.


def test_a_link_and_a_taste_have_the_dial_too(database: Database) -> None:
    many = [f"Link {n}" for n in range(30)]
    load(database, *(article(f"Book {n}", ["Shared", *many[:n]]) for n in range(20)))
    store_model(database)
    dials: list[Callable[[float], list[SimilarArticle]]] = [
        lambda dial: search.articles_near_link(database, "Shared", 19, prominence=dial),
        lambda dial: search.recommend_articles(database, ["Book 3"], count=18, prominence=dial),
    ]
    for ask in dials:
        low, high = ask(-1.0), ask(1.0)
        assert len(low) == len(high) >= 18
        numbers = [[int(one.title.split()[1]) for one in found[:6]] for found in (low, high)]
        assert np.mean(numbers[0]) < np.mean(numbers[1])
    assert json.dumps([one.score for one in high]) != json.dumps([one.similarity for one in high])


@pytest.mark.parametrize("prominence", [0.0, 0.5])
def test_vanished_articles_take_no_place(database: Database, prominence: float) -> None:
    """Their vectors stay in the model after an import that prunes."""
    load(database, *(article(f"Book {n}", ["Shared", f"Link {n % 3}"]) for n in range(40)))
    store_model(database)
    nearest = search.similar_articles(database, "Book 7", 39, prominence=prominence)
    with database.transaction() as connection:
        vanished = [one.article_id for one in nearest[:-4:2]]
        connection.execute(text("delete from articles where article_id = any(:ids)"), {"ids": vanished})
    left = [one for one in nearest if one.article_id not in vanished]
    for exact in (False, True):
        assert search.similar_articles(database, "Book 7", 39, prominence=prominence, exact=exact) == left
        assert search.similar_articles(database, "Book 7", 10, prominence=prominence, exact=exact) == left[:10]
