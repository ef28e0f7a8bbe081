"""What there is to ask for: topics with their articles, and facets with their values."""

from dataclasses import asdict

import pytest

from db.connection import Database
from db.errors import CountInvalid, TopicNotStored
from db.search import contents
from tests.support.planted import article, load


@pytest.fixture
def filled(database: Database) -> Database:
    load(
        database,
        article("Emma", facets=(("genre", "Novel"), ("author", "Jane Austen"))),
        article("Dune", facets=(("genre", "Novel"), ("genre", "Science fiction"), ("genre", "Adventure"))),
        article("Ubik", facets=(("genre", "Science fiction"), ("genre", "Novel"))),
        article("Alien", topic="film", facets=(("genre", "Science fiction"), ("director", "Ridley Scott"))),
        article("Bare", topic="album"),
    )
    return database


def rows(database: Database, topic: str | None = None, count: int = 3) -> list[tuple[str, int, list[tuple[str, int]]]]:
    return [(one.facet, one.values, [*one.commonest.items()]) for one in contents.facets(database, topic, count)]


def test_topics_come_by_their_articles(filled: Database) -> None:
    found = [(one.topic, one.articles) for one in contents.topics(filled)]
    assert found == [("book", 3), ("album", 1), ("film", 1)]


def test_facets_come_by_their_articles_and_values_too(filled: Database) -> None:
    assert rows(filled) == [
        ("genre", 3, [("Novel", 3), ("Science fiction", 3), ("Adventure", 1)]),
        ("author", 1, [("Jane Austen", 1)]),
        ("director", 1, [("Ridley Scott", 1)]),
    ]
    assert rows(filled, count=1)[0] == ("genre", 3, [("Novel", 3)])


def test_facets_of_one_topic(filled: Database) -> None:
    assert rows(filled, "film") == [("director", 1, [("Ridley Scott", 1)]), ("genre", 1, [("Science fiction", 1)])]
    assert rows(filled, "album") == []
    with pytest.raises(TopicNotStored, match="book, album, film"):
        contents.facets(filled, "opera")
    with pytest.raises(CountInvalid):
        contents.facets(filled, count=0)


def test_an_empty_shelf_has_neither(database: Database) -> None:
    assert (contents.topics(database), contents.facets(database)) == ([], [])


def test_records_are_json(filled: Database) -> None:
    assert asdict(contents.facets(filled)[1]) == {"facet": "author", "values": 1, "commonest": {"Jane Austen": 1}}
