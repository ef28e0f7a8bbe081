"""Articles near an article or a link, beside numpy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from db import search
from db.connection import Database
from db.search import SimilarArticle
from tests.support.formulas import agrees, best, but, cosines, first_of_twins, has, missed
from tests.support.known import Float, Known


def check(known: Known, found: Sequence[SimilarArticle], scores: Float, expected: Sequence[int]) -> None:
    """The expected articles, as they are stored."""
    agrees([a.article_id for a in found], [a.similarity for a in found], scores, expected)
    assert [a.title for a in found] == [known.titles[a.article_id - 1] for a in found]
    assert [a.topic for a in found] == [known.topics[a.article_id - 1] for a in found]


def test_the_nearest_articles(shelf: Database, known: Known, asked: list[int]) -> None:
    lost = 0
    for article in asked:
        scores = cosines(known.articles, known.articles[article])
        expected = best(scores, but(known, article), 10)
        check(known, search.similar_articles(shelf, known.titles[article], exact=True), scores, expected)
        usual = search.similar_articles(shelf, article + 1)
        check(known, usual, scores, [a.article_id - 1 for a in usual])
        lost += missed([a.article_id for a in usual], scores, expected)
    assert lost <= 0.01 * 10 * len(asked)


@pytest.mark.parametrize("count", [1, 99, 100, 101, 10_000])
def test_any_count(shelf: Database, known: Known, asked: list[int], count: int) -> None:
    for article in asked[:3]:
        scores = cosines(known.articles, known.articles[article])
        expected = best(scores, but(known, article), count)
        found = search.similar_articles(shelf, article + 1, count)
        assert len(found) == len(expected)
        check(known, found, scores, [a.article_id - 1 for a in found])
        assert missed([a.article_id for a in found], scores, expected) <= 0.1 * count  # The index is set for 10.


def test_the_least_alike(shelf: Database, known: Known, asked: list[int]) -> None:
    for article in asked[:30]:
        scores = cosines(known.articles, known.articles[article])
        found = search.similar_articles(shelf, known.titles[article], count=5, least=True)
        check(known, found, scores, best(-scores, but(known, article), 5))


@pytest.mark.parametrize("filters", [{}, {"facets": {"year": "1000..2100"}}, {"facets": {"year": "1940..1960"}}])
@pytest.mark.parametrize("least", [True, False])
def test_of_two_with_one_vector_the_first_is_taken(
    shelf: Database, known: Known, asked: list[int], filters: dict[str, Any], least: bool
) -> None:
    """Whether all are compared, all that match, or the few that match."""
    low, high = filters["facets"]["year"].split("..") if filters else ("", "")
    matching = has(known, "year", lambda year: low <= year <= high) if filters else but(known)
    for article in asked[:10]:
        scores = cosines(known.articles, known.articles[article]) * (-1 if least else 1)
        count, first = first_of_twins(scores, matching & but(known, article))
        found = search.similar_articles(shelf, article + 1, count, **filters, least=least, exact=True)
        assert found[-1].article_id == first + 1


def test_articles_near_links(shelf: Database, known: Known) -> None:
    lost = 0
    fantasy = has(known, "genre", "Fantasy".__eq__) & (known.topics == "book")
    links = np.random.default_rng(4).choice(np.flatnonzero(known.link_has_vector & (known.kinds == "page")), 100)
    for number, link in enumerate(links):
        scores = cosines(known.articles, known.links[link])
        allowed = fantasy if number % 2 else but(known)
        filters = {"topic": "book", "facets": {"genre": "Fantasy"}} if number % 2 else {}
        found = search.articles_near_link(shelf, known.link_titles[link], 7, **filters)  # type: ignore[arg-type]
        assert all(allowed[a.article_id - 1] for a in found)
        check(known, found, scores, [a.article_id - 1 for a in found])
        lost += missed([a.article_id for a in found], scores, best(scores, allowed, 7))
    assert lost <= 0.01 * 7 * len(links)
