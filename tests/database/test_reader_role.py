"""The role wikishelf_reader: every search, and nothing else."""

from collections.abc import Iterator

import pytest
import sqlalchemy.exc
from psycopg import errors
from sqlalchemy import Connection, text

from db import search
from db.connection import Database
from db.errors import ArticleNotFound
from db.importing import topic_views
from db.installing import migrate
from tests.support.planted import article, load, store_map, store_model

SEARCHES = (
    "similar_articles('Book 1', facets => '{\"genre\": \"Novel\"}', same_author => false)",
    "similar_articles(1, exact => true)",
    "similar_articles('Book 1', prominence => 0.5, exclude => '{Book 2}')",
    "similar_articles('Book 1', prominence => 0.5)",
    "articles_near_link('Shared', prominence => -1)",
    "recommend_articles('{Book 1}', prominence => -1)",
    "similar_links('Shared')",
    "articles_near_link('Shared')",
    "links_near_article('Book 1')",
    "recommend_articles('{Book 1}', '{Book 2}', diversity => 0.5)",
    "explain_similarity('Book 1', 'Book 2')",
    "search_articles('book')",
    "series_articles('Book 1')",
    "books order by embedding <=> (select embedding from books limit 1)",
    "article_positions",
    "map_regions",
    "articles_in_region(1)",
    "_map_points",
    "article_links",
    "aliases",
)

REFUSED = (
    "insert into facets values (1, 'a', 'b')",
    "update articles set title = 'x'",
    "delete from models",
    "truncate links",
    "update books set title = 'x'",
    "drop function find_article(text)",
    "create table mine (n integer)",
    "create view mine as select 1",
    "create function mine() returns integer language sql as 'select 1'",
    "create schema mine",
    "create role mine",
    "alter database postgres set work_mem = '1GB'",
    "select * from _article_vectors_1",
    "select * from _map_positions_1",
    "select * from _staging_articles",
    "select * from imports",
    "select rolpassword from pg_authid",
    "select pg_read_file('postgresql.conf')",
    "copy articles to program 'cat'",
    "copy articles to '/tmp/articles'",
    "set role postgres",
)


@pytest.fixture
def reader(database: Database) -> Iterator[Connection]:
    load(database, *(article(f"Book {n}", ["Shared", f"Link {n % 3}"], facets=(("genre", "Novel"),)) for n in range(9)))
    store_model(database)
    with database.transaction() as connection:
        topic_views.create_topic_views(connection, [topic_views.TopicView("books", "book", ("genre",))])
    store_map(database, store_model(database))  # the views' tables are others than when the rights were given
    with database.session() as connection:
        connection.execute(text("set session authorization wikishelf_reader"))
        yield connection
        connection.execute(text("reset session authorization"))


@pytest.mark.parametrize("search", SEARCHES)
def test_the_reader_may_ask_everything(reader: Connection, search: str) -> None:
    assert reader.execute(text("select * from " + search)).all() or search == "aliases"


@pytest.mark.parametrize("statement", REFUSED)
def test_the_reader_may_do_nothing_else(reader: Connection, statement: str) -> None:
    with pytest.raises((sqlalchemy.exc.ProgrammingError, sqlalchemy.exc.DBAPIError)) as refused:
        reader.execute(text(statement))
    assert isinstance(refused.value.orig, errors.InsufficientPrivilege | errors.ObjectNotInPrerequisiteState)


def test_the_reader_cannot_log_in(database: Database) -> None:
    with database.session() as connection:
        role = connection.execute(text("select * from pg_roles where rolname = 'wikishelf_reader'")).mappings().one()
    assert not any(role[right] for right in ("rolcanlogin", "rolsuper", "rolcreaterole", "rolcreatedb", "rolbypassrls"))


def test_errors_are_explained_to_the_reader(reader: Connection, database: Database) -> None:
    reader.execute(text("reset session authorization"))
    reader.execute(text("drop role if exists somebody"))
    reader.execute(text("create role somebody login password 'x' in role wikishelf_reader"))
    try:
        with Database(f"{database.url} user=somebody password=x") as own:
            assert migrate.is_current(own)
            assert search.similar_articles(own, "Book 1", topic="book")
            with pytest.raises(ArticleNotFound, match="did you mean"):
                search.similar_articles(own, "Bok 1")
    finally:
        reader.execute(text("drop role somebody"))
