"""The searches on a small shelf."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import ArticleWithoutVector, LinkWithoutVector
from tests.support.planted import article, load, load_small_shelf


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    load_small_shelf(database)
    yield database


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


def test_a_model_without_settings_ranks_lacking_links_by_cosine(shelf: Database) -> None:
    found = search.links_near_article(shelf, "Book 1", count=20)
    assert {link.title for link in found} == {f"Link {n}" for n in range(9)} - {"Link 1"}
    assert [link.score for link in found] == [link.similarity for link in found]
