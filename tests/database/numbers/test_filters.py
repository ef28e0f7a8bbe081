"""Answers with conditions, beside numpy: all that match and nothing else, by each of the ways that a search takes."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from tests.support.formulas import Bool, agrees, best, but, cosines, has, missed, shares
from tests.support.known import Known

Condition = Callable[[Known, int], Bool]


def facet(name: str, wanted: Callable[[str], bool]) -> Condition:
    return lambda known, _: has(known, name, wanted)


def shared(name: str) -> Condition:
    return lambda known, article: shares(known, name, article)


def not_shared(name: str) -> Condition:
    return lambda known, article: ~shares(known, name, article)


def topic(wanted: str) -> Condition:
    return lambda known, _: known.topics == wanted


CASES: list[tuple[dict[str, Any], list[Condition]]] = [
    ({"facets": {"genre": "Fantasy"}}, [facet("genre", "Fantasy".__eq__)]),
    ({"facets": {"genre": ["Fantasy", "Satire"]}}, [facet("genre", {"Fantasy", "Satire"}.__contains__)]),
    ({"facets": {"year": "1950..1980"}}, [facet("year", lambda year: "1950" <= year <= "1980")]),
    ({"facets": {"year": ["2001..", 1865]}}, [facet("year", lambda year: year >= "2001" or year == "1865")]),
    ({"facets": {"year": "..1900"}}, [facet("year", lambda year: year <= "1900")]),
    ({"facets": {"year": 1951}}, [facet("year", "1951".__eq__)]),
    (
        {"facets": {"country": ["France", "United States"], "year": [1999, "1960..1995"]}},
        [
            facet("country", {"France", "United States"}.__contains__),
            facet("year", lambda year: year == "1999" or "1960" <= year <= "1995"),
        ],
    ),
    ({"facets": {}}, []),
    ({"topic": "film"}, [topic("film")]),
    ({"topic": "book"}, [topic("book")]),
    ({"topic": "book", "facets": {"year": "1900.."}}, [topic("book"), facet("year", lambda year: year >= "1900")]),
    ({"same_author": True}, [shared("author")]),
    ({"same_author": False}, [not_shared("author")]),
    ({"same_series": True}, [shared("series")]),
    ({"same_series": False}, [not_shared("series")]),
    ({"same_author": True, "same_series": False}, [shared("author"), not_shared("series")]),
    (
        {"same_author": False, "topic": "book", "facets": {"year": "1850.."}},
        [not_shared("author"), topic("book"), facet("year", lambda year: year >= "1850")],
    ),
]


@pytest.mark.parametrize("number", range(len(CASES)))
def test_all_that_match(shelf: Database, known: Known, asked: list[int], number: int) -> None:
    arguments, conditions = CASES[number]
    lost = wanted = 0
    asked.sort(key=lambda article: "series" not in known.facets[article])
    for article in (*asked[:3], *asked[-3:]):
        scores = cosines(known.articles, known.articles[article])
        allowed = but(known, article)
        for condition in conditions:
            allowed &= condition(known, article)
        for count in (10, 10_000):
            expected = best(scores, allowed, count)
            found = [a.article_id for a in search.similar_articles(shelf, article + 1, count, **arguments)]
            assert len(found) == len(expected)
            assert all(allowed[number - 1] for number in found)
            lost += missed(found, scores, expected)
            wanted += len(expected)
        for least in (True, False):
            ranked = search.similar_articles(shelf, article + 1, 4, **arguments, least=least, exact=True)
            expected = best(-scores if least else scores, allowed, 4)
            agrees([a.article_id for a in ranked], [a.similarity for a in ranked], scores, expected)
    assert lost <= max(1, 0.001 * wanted)


def test_a_condition_without_values_is_met_by_nothing(shelf: Database, known: Known, asked: list[int]) -> None:
    with shelf.session() as connection:
        for facets in ('{"genre": []}', '{"genre": [], "year": "1000.."}'):
            query = f"select * from similar_articles({asked[0] + 1}, 10000, facets => '{facets}')"
            assert connection.execute(text(query)).all() == []
