"""The searches on a small shelf: names and aliases, filters, errors, and hostile arguments."""

import contextlib
import json
from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import (
    ArticleNotFound,
    ArticleWithoutVector,
    DiversityInvalid,
    FacetInvalid,
    FacetNotStored,
    KindInvalid,
    LinkNotFound,
    LinkWithoutVector,
    NothingLiked,
    TextInvalid,
    TitlesInvalid,
    TopicNotStored,
    WeightsInvalid,
    WikishelfError,
    YearInvalid,
)
from db.importing.records import Redirect
from db.models import vectors
from tests.support.planted import article, load, store_model


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    load(
        database,
        *(article(f"Book {n}", ["Shared", f"Link {n % 9}"], topic="film" if n % 4 == 0 else "book") for n in range(60)),
        article("Les Misérables", ["Shared"]),
        article("War and Peace", ["Shared"]),
        Redirect("Voyna i mir", "War and Peace"),
        Redirect("Common", "Shared"),
    )
    store_model(database)
    yield database


def nearest(database: Database, kind: vectors.VectorKind, asked: int) -> list[tuple[int, float]]:
    with database.transaction() as connection:
        ids, rows = vectors.read(connection, 1, kind, 8)
    similarity = rows @ rows[ids == asked][0]
    order = np.argsort(-similarity)
    return [(int(ids[i]), float(similarity[i])) for i in order if ids[i] != asked]


@pytest.mark.parametrize("title", ["Book 1", "Book 44", "War and Peace"])
def test_similar_articles_agree_with_numpy(shelf: Database, title: str) -> None:
    with shelf.session() as connection:
        asked = connection.scalar(text("select find_article(:title)"), {"title": title})
    expected = nearest(shelf, "articles", asked)[:12]
    found = search.similar_articles(shelf, title, count=12)
    assert [record.article_id for record in found] == [article_id for article_id, _ in expected]
    assert [record.similarity for record in found] == pytest.approx([s for _, s in expected], abs=1e-6)


def test_similar_links_agree_with_numpy(shelf: Database) -> None:
    with shelf.session() as connection:
        asked = connection.scalar(text("select find_link('Link 3')"))
    found = search.similar_links(shelf, "Link 3", count=5)
    assert [record.link_id for record in found] == [link_id for link_id, _ in nearest(shelf, "links", asked)[:5]]


def test_a_topic_filter_gives_all_that_match(shelf: Database) -> None:
    found = search.similar_articles(shelf, "Book 1", count=100, topic="film")
    assert len(found) == 15
    assert {record.topic for record in found} == {"film"}
    with pytest.raises(TopicNotStored, match='no article of the topic "album"; it has book, film'):
        search.similar_articles(shelf, "Book 1", topic="album")


def test_an_alias_asks_for_its_target(shelf: Database) -> None:
    assert search.similar_articles(shelf, "Voyna i mir") == search.similar_articles(shelf, "War and Peace")
    assert search.similar_links(shelf, "Common") == search.similar_links(shelf, "Shared")


def test_an_unknown_title_gets_the_nearest(shelf: Database) -> None:
    with pytest.raises(ArticleNotFound, match='no article is called "War and Peas"; did you mean "War and Peace"'):
        search.similar_articles(shelf, "War and Peas")
    with pytest.raises(ArticleNotFound, match='no article is called "Zzyzx"$'):
        search.similar_articles(shelf, "Zzyzx")
    with pytest.raises(LinkNotFound, match=r'no link is called "Shard"; did you mean .*"Shared"'):
        search.similar_links(shelf, "Shard")
    with shelf.session() as connection:
        assert connection.execute(text("select * from similar_articles('Zzyzx')")).all() == []


def test_what_came_after_the_training_has_no_vector(shelf: Database) -> None:
    load(shelf, article("Newcomer", ["New link"]))
    with pytest.raises(ArticleWithoutVector, match="Newcomer"):
        search.similar_articles(shelf, "Newcomer")
    with pytest.raises(LinkWithoutVector, match="New link"):
        search.similar_links(shelf, "New link")


def test_articles_nearest_to_any_vector_are_all_but_those_left_out(shelf: Database) -> None:
    def nearest_to(arguments: str) -> list[int]:
        with shelf.session() as connection:
            return list(connection.scalars(text(f"select article_id from nearest_articles({arguments}, count => 99)")))

    assert nearest_to("article_embedding(3), null")[0] == 3
    assert nearest_to("article_embedding(3), '{}'")[0] == 3
    assert nearest_to("article_embedding(3), '{3}'") == nearest_to("article_embedding(3)")[1:]
    assert nearest_to("null") == []


@pytest.mark.parametrize(
    ("words", "title", "alias"),
    [
        ("war and peace", "War and Peace", None),
        ("les miserables", "Les Misérables", None),
        ("LES MISERABLE", "Les Misérables", None),
        ("Misérables", "Les Misérables", None),
        ("wor and paece", "War and Peace", None),
        ("voyna", "War and Peace", "Voyna i mir"),
        ("Book 44", "Book 44", None),
    ],
)
def test_search_forgives_case_accents_and_errors(shelf: Database, words: str, title: str, alias: str | None) -> None:
    first = search.search_articles(shelf, words, count=3)[0]
    assert (first.title, first.alias) == (title, alias)


def test_what_begins_with_the_words_comes_first(shelf: Database) -> None:
    found = search.search_articles(shelf, "book 1", count=11)
    assert [one.title for one in found] == ["Book 1", *(f"Book {n}" for n in range(10, 20))]
    assert [one.title for one in search.search_articles(shelf, "L")] == ["Les Misérables"]
    assert [one.title for one in search.search_articles(shelf, "book 4", topic="film")][:2] == ["Book 4", "Book 40"]
    assert search.search_articles(shelf, " ") == []


def test_a_number_is_an_id_and_text_a_title(shelf: Database) -> None:
    load(shelf, article("1984", ["Shared"]))
    store_model(shelf)
    with shelf.session() as connection:
        ids = [connection.scalar(text("select find_article(:title)"), {"title": title}) for title in ("1984", "Book 1")]
        rows = connection.execute(text("select similarity from similar_articles('1984', 1)")).all()
        assert rows == connection.execute(text(f"select similarity from similar_articles({ids[0]}, 1)")).all()
        assert connection.execute(text("select * from similar_articles(1984)")).all() == []
    assert search.similar_articles(shelf, ids[1]) == search.similar_articles(shelf, "Book 1")
    with pytest.raises(ArticleNotFound, match='no article is called "1984000"$'):
        search.similar_articles(shelf, 1984000)


def test_a_model_without_settings_ranks_lacking_links_by_cosine(shelf: Database) -> None:
    found = search.links_near_article(shelf, "Book 1", count=20)
    assert {link.title for link in found} == {f"Link {n}" for n in range(9)} - {"Link 1"}
    assert [link.score for link in found] == [link.similarity for link in found]


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
    nothing: list[dict[str, Any]] = [{"genre": "Opera"}, {"genre": "Novel", "year": "1900.."}, {"year": 1868}]
    something: list[dict[str, Any]] = [{}, {"genre": ["Opera", "Novel"], "year": "..1869"}, {"year": 1869}]
    for facets in nothing:
        assert search.similar_articles(shelf, "Book 1", facets=facets) == []
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


HOSTILE = (
    "'; drop table articles; --",
    '"); delete from facets; --',
    "$$; drop schema public cascade; $$",
    "%",
    "%s %(title)s :title",
    "_",
    "\\",
    '"',
    "",
    "{}",
    "{a,b}",
    "null",
    "1 or 1=1",
    "\u200d\U0010ffff",
    "x" * 100_000,
)


@pytest.mark.parametrize("hostile", HOSTILE, ids=range(len(HOSTILE)))
def test_every_argument_is_data(shelf: Database, hostile: str) -> None:
    questions: list[Callable[[], object]] = [
        lambda: search.similar_articles(shelf, hostile),
        lambda: search.similar_articles(shelf, "Book 1", topic=hostile),
        lambda: search.similar_articles(shelf, "Book 1", facets={hostile: "x"}),
        lambda: search.similar_articles(shelf, "Book 1", facets={"genre": hostile}),
        lambda: search.similar_articles(shelf, "Book 1", facets={"genre": [hostile, "x"], hostile: [hostile]}),
        lambda: search.similar_articles(shelf, "Book 1", facets={"year": hostile}),
        lambda: search.similar_links(shelf, hostile),
        lambda: search.similar_links(shelf, "Shared", kind=hostile),
        lambda: search.articles_near_link(shelf, hostile),
        lambda: search.articles_near_link(shelf, "Shared", topic=hostile, facets={hostile: hostile}),
        lambda: search.links_near_article(shelf, hostile),
        lambda: search.recommend_articles(shelf, [hostile]),
        lambda: search.recommend_articles(shelf, ["Book 1"], [hostile]),
        lambda: search.recommend_articles(shelf, ["Book 1"], facets={hostile: hostile}, topic=hostile),
        lambda: search.explain_similarity(shelf, hostile, "Book 1"),
        lambda: search.explain_similarity(shelf, "Book 1", hostile),
        lambda: search.search_articles(shelf, hostile, topic=hostile),
        lambda: search.search_articles(shelf, hostile),
    ]
    for ask in questions:
        with contextlib.suppress(WikishelfError):
            assert isinstance(ask(), list)
    with shelf.session() as connection:
        values = {"topic": hostile, "facets": json.dumps({hostile: hostile})}
        query = text("select * from nearest_articles(article_embedding(1), '{}', 10, :topic, cast(:facets as jsonb))")
        assert connection.execute(query, values).all() == []
        assert connection.scalar(text("select count(*) from articles")) == 62


@pytest.mark.parametrize("hostile", ["a\0b", "\ud800"])
def test_what_cannot_be_stored_is_refused(shelf: Database, hostile: str) -> None:
    for ask in (
        lambda: search.similar_articles(shelf, hostile),
        lambda: search.similar_articles(shelf, "Book 1", topic=hostile),
        lambda: search.similar_articles(shelf, "Book 1", facets={hostile: "x"}),
        lambda: search.search_articles(shelf, hostile),
        lambda: search.recommend_articles(shelf, ["Book 1"], [hostile]),
        lambda: search.explain_similarity(shelf, "Book 1", hostile),
    ):
        with pytest.raises(TextInvalid):
            ask()
