"""Recommendations, beside numpy."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from tests.support.formulas import agrees, best, but, cosines, dialled, diverse, has, taste
from tests.support.known import Known


def titles(known: Known, articles: Sequence[int]) -> list[str]:
    return [known.titles[article] for article in articles]


def raw(shelf: Database, arguments: str, **values: Any) -> list[Any]:
    """What SQL alone answers, without the checks of Python."""
    with shelf.session() as connection:
        return list(connection.execute(text(f"select * from recommend_articles({arguments})"), values).all())


@pytest.mark.parametrize("diversity", [0.0, 0.3, 1.0])
@pytest.mark.parametrize("weights", [None, [1.0, 2.0, 0.5, 1.0]])
@pytest.mark.parametrize(("disliked", "dial"), [(0, 0.0), (1, -1.0), (3, 0.3)])
def test_recommendations(
    shelf: Database,
    known: Known,
    asked: list[int],
    diversity: float,
    weights: list[float] | None,
    disliked: int,
    dial: float,
) -> None:
    few = has(known, "genre", {"Fantasy", "Satire"}.__contains__)  # All of them are compared: no candidate is missed.
    for start in range(0, 35, 7):
        likes, dislikes = asked[start : start + 4], asked[start + 4 : start + 4 + disliked]
        scores = dialled(known, cosines(known.articles, taste(known, likes, dislikes, weights or [1.0] * 4)), dial)
        allowed = few & (known.topics == "book") & but(known, *likes, *dislikes)
        found = search.recommend_articles(
            shelf,
            titles(known, likes),
            titles(known, dislikes),
            weights,
            count=5,
            topic="book",
            facets={"genre": ["Fantasy", "Satire"]},
            diversity=diversity,
            prominence=dial,
        )
        expected = diverse(known, scores, allowed, 5, diversity) if diversity else best(scores, allowed, 5)
        agrees([a.article_id for a in found], [a.score for a in found], scores, expected)


def test_recommendations_in_any_order(shelf: Database, known: Known, asked: list[int]) -> None:
    liked, weights = titles(known, asked[:4]), [0.3, 0.7, 1.1, 1.9]
    disliked = titles(known, asked[4:8])
    forwards = search.recommend_articles(shelf, liked, disliked, weights, facets={"year": "1900.."})
    backwards = search.recommend_articles(shelf, liked[::-1], disliked[::-1], weights[::-1], facets={"year": "1900.."})
    assert forwards == backwards


def test_fewer_candidates_than_asked_for(shelf: Database, known: Known, asked: list[int]) -> None:
    """All are given, in the order in which they are picked."""
    rare = has(known, "genre", "Satire".__eq__)
    scores = dialled(known, cosines(known.articles, taste(known, asked[:2], [], [1, 1])), 0.3)
    allowed = rare & but(known, *asked[:2])
    expected = diverse(known, scores, allowed, 200, 0.5)
    found = search.recommend_articles(
        shelf, titles(known, asked[:2]), count=200, facets={"genre": "Satire"}, diversity=0.5
    )
    agrees([a.article_id for a in found], [a.score for a in found], scores, expected)


def test_what_has_no_vector_counts_for_nothing(shelf: Database, known: Known, asked: list[int]) -> None:
    without = known.titles[int(np.flatnonzero(~known.has_vector)[0])]
    liked, disliked = titles(known, asked[:2]), titles(known, asked[2:3])
    expected = raw(shelf, "likes => :likes, dislikes => :dislikes, weights => '{2,3}'", likes=liked, dislikes=disliked)
    assert len(expected) == 10
    scores = cosines(known.articles, taste(known, asked[:2], asked[2:3], [2, 3]))
    ids = [a.article_id for a in expected]
    agrees(ids, [a.similarity for a in expected], scores, [number - 1 for number in ids])
    found = raw(
        shelf,
        "likes => :likes, dislikes => :dislikes, weights => '{2,7,3,7}'",
        likes=[liked[0], "Zzyzx", liked[1], without],
        dislikes=["Zzyzx", *disliked, without],
    )
    assert found == expected


def test_a_weight_that_is_not_given_is_1(shelf: Database, known: Known, asked: list[int]) -> None:
    liked = titles(known, asked[:3])
    given = raw(shelf, "likes => :likes, weights => '{2,1,1}'", likes=liked)
    assert raw(shelf, "likes => :likes, weights => '{2}'", likes=liked) == given
    twice = raw(shelf, "likes => :likes", likes=[*liked, liked[0]])
    assert [a.article_id for a in twice] == [a.article_id for a in given]


def test_no_taste_no_answer(shelf: Database, known: Known, asked: list[int]) -> None:
    liked = titles(known, asked[:1])
    assert raw(shelf, "'{}'") == []
    assert raw(shelf, "'{Zzyzx}'", likes=liked) == []
    assert raw(shelf, ":likes, weights => '{0}'", likes=liked) == []
    assert raw(shelf, ":likes, diversity => null", likes=liked) == raw(shelf, ":likes", likes=liked)


def test_dislikes_alone_give_no_answer(shelf: Database, known: Known, asked: list[int]) -> None:
    assert raw(shelf, "'{}', :dislikes", dislikes=titles(known, asked[:1])) == []
