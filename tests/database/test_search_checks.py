"""What a search refuses: topics, kinds, facets and tastes, at the door."""

from collections.abc import Iterator
from typing import Any

import pytest

from db import search
from db.connection import Database
from db.errors import (
    ArticleNotFound,
    DiversityInvalid,
    FacetInvalid,
    FacetNotStored,
    KindInvalid,
    NothingLiked,
    TextInvalid,
    TitlesInvalid,
    TopicNotStored,
    WeightsInvalid,
    YearInvalid,
)
from db.search import Facets
from tests.support.planted import article, load, load_small_shelf


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    load_small_shelf(database)
    yield database


def test_a_topic_filter_gives_all_that_match(shelf: Database) -> None:
    found = search.similar_articles(shelf, "Book 1", count=100, topic="film")
    assert len(found) == 15
    assert {record.topic for record in found} == {"film"}
    with pytest.raises(TopicNotStored, match='no article of the topic "album"; it has book, film'):
        search.similar_articles(shelf, "Book 1", topic="album")


def test_links_of_one_kind(shelf: Database) -> None:
    assert search.similar_links(shelf, "Shared", kind="category") == []
    with pytest.raises(KindInvalid, match="page, category or site"):
        search.similar_links(shelf, "Shared", kind="author")


@pytest.mark.parametrize(
    ("facets", "error", "message"),
    [
        ({"gener": "Novel"}, FacetNotStored, 'no article of the topic book has a facet "gener"; there are genre, year'),
        ({"genre": []}, FacetInvalid, "the facet genre cannot be"),
        ({"genre": {"is": "Novel"}}, FacetInvalid, "the facet genre cannot be"),
        ({"genre": [True]}, FacetInvalid, "the facet genre cannot be"),
        ({1: "Novel"}, FacetInvalid, "the facet 1 cannot be"),
        ("genre", FacetInvalid, "cannot be genre"),
        ({"year": "1980..1950"}, YearInvalid, 'not as "1980..1950"'),
        ({"year": ".."}, YearInvalid, r'not as "\.\."'),
        ({"year": "50s"}, YearInvalid, 'not as "50s"'),
        ({"genre": "a\0b"}, TextInvalid, "the argument facets holds a character"),
    ],
)
def test_facets_are_checked(shelf: Database, facets: Any, error: type[Exception], message: str) -> None:
    load(shelf, article("War and Peace", ["Shared"], facets=(("genre", "Novel"), ("year", "1869"))))
    with pytest.raises(error, match=message):
        search.similar_articles(shelf, "Book 1", topic="book", facets=facets)


def test_facets_that_nothing_has_give_nothing(shelf: Database) -> None:
    load(shelf, article("War and Peace", ["Shared"], facets=(("genre", "Novel"), ("year", "1869"))))
    nothing: list[Facets] = [{"genre": "Opera"}, {"genre": "Novel", "year": "1900.."}, {"year": 1868}]
    for facets in nothing:
        assert search.similar_articles(shelf, "Book 1", facets=facets) == []
    something: list[Facets] = [{}, {"genre": ["Opera", "Novel"], "year": "..1869"}, {"year": 1869}]
    for facets in something:
        assert search.similar_articles(shelf, "Book 1", facets=facets, count=1000)[-1:]


def test_taste_is_checked(shelf: Database) -> None:
    for likes, weights, diversity, error in (
        ([], None, 0.0, NothingLiked),
        ("Book 1", None, 0.0, TitlesInvalid),
        (["Book 1"], [1.0, 2.0], 0.0, WeightsInvalid),
        (["Book 1"], [-1.0], 0.0, WeightsInvalid),
        (["Book 1"], [float("nan")], 0.0, WeightsInvalid),
        (["Book 1"], None, 1.5, DiversityInvalid),
        (["Book 1", "Zzyzx"], None, 0.0, ArticleNotFound),
    ):
        with pytest.raises(error):
            search.recommend_articles(shelf, likes, [], weights, diversity=diversity)
    given = ["Book 1", "Voyna i mir"]
    found = search.recommend_articles(shelf, given, ["Book 2"], count=100)
    assert len(found) == 62 - 3
    assert not {"Book 1", "War and Peace", "Book 2"} & {one.title for one in found}
    assert found == search.recommend_articles(shelf, [*given, "Book 1"], ["Book 2"], [0.5, 1, 0.5], count=100)
