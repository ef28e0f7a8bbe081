"""What a title or an id names, and which titles some words find."""

from collections.abc import Iterator

import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import ArticleNotFound, LinkNotFound
from db.search import diagnose
from tests.support.planted import article, load, load_small_shelf, store_model


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    load_small_shelf(database)
    yield database


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


@pytest.mark.parametrize("title", ["Link %", "Link _", "Link %_", "%", "_", "\\", "Link \\"])
def test_an_unknown_link_is_no_pattern(database: Database, title: str) -> None:
    load_small_shelf(database)
    with pytest.raises(LinkNotFound) as refused:
        search.similar_links(database, title)
    begins = {"Link 0", "Link 1", "Link 2", "Link 3", "Link 4", "Link 5", "Link 6", "Link 7", "Link 8"}
    assert set(refused.value.facts["suggestions"]) <= begins
    assert bool(refused.value.facts["suggestions"]) == title.startswith("Link")


def test_an_unknown_link_is_sought_in_an_index(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("insert into links select n, 'page', 'Link ' || n, 1 from generate_series(1, 30000) n"))
        connection.execute(text("analyze links"))
        plan = "\n".join(connection.exec_driver_sql(f"explain {diagnose.LIKE_LINK}", {"start": "Link"}).scalars())
    assert "Seq Scan" not in plan
    assert "links_title_kind_key" in plan


def test_words_that_every_title_has_tell_nothing_apart(database: Database) -> None:
    """In a large shelf a search does not compare all titles because they share a few letters with the words."""
    with database.transaction() as connection:
        connection.execute(
            text("""
                insert into articles (article_id, topic, title, infobox, text_length)
                select n, 'book', 'Book ' || n, '{}', 1 from generate_series(1, 100001) n""")
        )
    assert search.search_articles(database, "ook") == []
    assert search.search_articles(database, "Bok 12345")[0].title == "Book 12345"
    assert search.search_articles(database, "book 9")[0].title == "Book 9"
