"""Hostile arguments: each is data, or is refused."""

import contextlib
import json
from collections.abc import Callable, Iterator

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DataError

from db import search
from db.connection import Database
from db.errors import TextInvalid, WikishelfError
from tests.support.planted import load_small_shelf


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    load_small_shelf(database)
    yield database


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
        lambda: search.series_articles(shelf, hostile),
    ]
    for ask in questions:
        with contextlib.suppress(WikishelfError):
            assert isinstance(ask(), list)
    with shelf.session() as connection:
        values = {"topic": hostile, "facets": json.dumps({hostile: hostile})}
        query = text("select * from nearest_articles(article_embedding(1), '{}', 10, :topic, cast(:facets as jsonb))")
        with pytest.raises(DataError, match="no article has the topic"):
            connection.execute(query, values)
        assert connection.scalar(text("select count(*) from articles")) == 62


@pytest.mark.parametrize("hostile", ["a\0b", "\ud800"])
def test_what_cannot_be_stored_is_refused(shelf: Database, hostile: str) -> None:
    for ask in (
        lambda: search.similar_articles(shelf, hostile),
        lambda: search.similar_articles(shelf, "Book 1", topic=hostile),
        lambda: search.similar_articles(shelf, "Book 1", facets={hostile: "x"}),
        lambda: search.search_articles(shelf, hostile),
        lambda: search.series_articles(shelf, hostile),
        lambda: search.recommend_articles(shelf, ["Book 1"], [hostile]),
        lambda: search.explain_similarity(shelf, "Book 1", hostile),
    ):
        with pytest.raises(TextInvalid):
            ask()
