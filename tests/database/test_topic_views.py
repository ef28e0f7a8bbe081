import pytest
from sqlalchemy import text

from db.connection import Database
from db.importing import topic_views
from tests.support.planted import article, load, store_model

BOOKS = topic_views.TopicView("books", "book", ("author", "genre", "year"))


def test_a_view_has_facets_as_columns_and_the_active_vectors(database: Database) -> None:
    facets = (("author", "Ilf"), ("author", "Petrov"), ("year", "1928"), ("year", "1930"))
    load(database, article("The Twelve Chairs", ["Satire"], facets=facets), article("Film", ["Satire"], topic="film"))
    with database.transaction() as connection:
        topic_views.create_topic_views(connection, [BOOKS])
    store_model(database)
    with database.session() as connection:
        rows = connection.execute(text("select title, author, genre, year, vector_dims(embedding) from books")).all()
    assert rows == [("The Twelve Chairs", ["Ilf", "Petrov"], None, 1928, 8)]


def test_an_unchanged_view_is_left_alone(database: Database) -> None:
    oids = []
    for view in (BOOKS, BOOKS, BOOKS._replace(facets=("author",))):
        with database.transaction() as connection:
            topic_views.create_topic_views(connection, [view])
            oids.append(connection.scalar(text("select 'books'::regclass::oid")))
    assert oids[0] == oids[1] != oids[2]


@pytest.mark.parametrize("name", ['odd " name', "select", "ä%s"])
def test_names_are_quoted(database: Database, name: str) -> None:
    with database.transaction() as connection:
        topic_views.create_topic_views(connection, [topic_views.TopicView(name, "it's", ("50%", 'a"b'))])
        quoted = '"' + name.replace('"', '""') + '"'
        assert connection.exec_driver_sql(f"select count(*) from {quoted}".replace("%", "%%")).scalar() == 0
