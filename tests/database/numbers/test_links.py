"""Links near a link, and links that an article lacks, beside numpy."""

import numpy as np
import pytest

from db import search
from db.connection import Database
from tests.support.formulas import Bool, agrees, best, cosines, first_of_twins, link_scores, missed
from tests.support.known import Known


def page_links(known: Known, count: int) -> list[int]:
    """Positions of some links that a title alone names."""
    named = np.flatnonzero(known.link_has_vector & (known.kinds == "page"))
    return [int(link) for link in np.random.default_rng(3).choice(named, count, replace=False)]


def other_links(known: Known, link: int, kind: str | None) -> Bool:
    others: Bool = np.arange(len(known.links)) != link
    return others if kind is None else np.asarray(others & (known.kinds == kind))


@pytest.mark.parametrize("kind", [None, "page", "category", "site"])
def test_links_like_links(shelf: Database, known: Known, kind: str | None) -> None:
    lost = 0
    for link in page_links(known, 40):
        scores = cosines(known.links, known.links[link])
        for count in (2, 10):
            expected = best(scores, other_links(known, link, kind), count)
            found = search.similar_links(shelf, known.link_titles[link], count, kind)
            assert len(found) == len(expected)
            agrees([a.link_id for a in found], [a.similarity for a in found], scores, [a.link_id - 1 for a in found])
            assert [a.title for a in found] == [known.link_titles[a.link_id - 1] for a in found]
            assert [a.kind for a in found] == [kind or known.kinds[a.link_id - 1] for a in found]
            lost += missed([a.link_id for a in found], scores, expected)
    assert lost <= 0.01 * 12 * 40


def test_all_links_of_a_kind(shelf: Database, known: Known) -> None:
    for kind in ("page", "category", "site"):
        for link in page_links(known, 3):
            scores = cosines(known.links, known.links[link])
            expected = best(scores, other_links(known, link, kind), 10_000)
            found = search.similar_links(shelf, known.link_titles[link], 10_000, kind)
            agrees([a.link_id for a in found], [a.similarity for a in found], scores, expected)


def test_of_two_sites_with_one_vector_the_first_is_taken(shelf: Database, known: Known) -> None:
    """Sites are so few that all of them are compared."""
    for link in page_links(known, 10):
        scores = cosines(known.links, known.links[link])
        count, first = first_of_twins(scores, other_links(known, link, "site"))
        assert search.similar_links(shelf, known.link_titles[link], count, "site")[-1].link_id == first + 1


def test_links_that_an_article_lacks(shelf: Database, known: Known, asked: list[int]) -> None:
    for article in asked[:50]:
        scores = link_scores(known, article)
        lacked = np.ones(len(scores), dtype=bool)
        lacked[known.made[article]] = False
        found = search.links_near_article(shelf, known.titles[article], count=20)
        agrees([a.link_id for a in found], [a.score for a in found], scores, best(scores, lacked, 20), within=1e-4)
        cosine = cosines(known.links, known.articles[article])
        assert [a.similarity for a in found] == pytest.approx(cosine[[a.link_id - 1 for a in found]], abs=2e-6)
        assert all(lacked[a.link_id - 1] for a in found)
        assert [(a.kind, a.title) for a in found] == [
            (known.kinds[a.link_id - 1], known.link_titles[a.link_id - 1]) for a in found
        ]


def test_of_two_links_with_one_score_the_first_is_lacked(shelf: Database, known: Known, asked: list[int]) -> None:
    for article in asked[:10]:
        scores = link_scores(known, article)
        count, first = first_of_twins(scores, ~np.isin(np.arange(len(scores)), known.made[article]))
        assert search.links_near_article(shelf, known.titles[article], count)[-1].link_id == first + 1
