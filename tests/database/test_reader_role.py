"""The role wikishelf_reader: every search, and nothing else."""

from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy.exc
from psycopg import errors
from sqlalchemy import Connection, text

from db import locks, search
from db.connection import Database
from db.embedded import sharing
from db.errors import ArticleNotFound, ImportInProgress
from db.importing import topic_views
from db.installing import migrate, revision
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
    "select title from articles for update",
    "select title from articles for share",
    "do $$ begin lock table articles in exclusive mode; end $$",
    "do $$ begin lock table _import_lock in access share mode; end $$",
    "do $$ begin lock table _training_lock in exclusive mode; end $$",
    "alter table articles rename to mine",
    "drop table facets",
    "drop view books",
    "create trigger mine before insert on articles for each row execute function suppress_redundant_updates_trigger()",
    "create index on articles (title)",
    "create type mine as (n integer)",
    "create extension lo",
    "alter role wikishelf_reader superuser",
    "alter system set work_mem = '1GB'",
    "select lo_import('/etc/passwd')",
    "select lo_export(1, '/tmp/x')",
    "select pg_ls_dir('.')",
    "select pg_reload_conf()",
    "select pg_switch_wal()",
    "select pg_stat_reset()",
    "select * from _installed",
    "select * from _last_article",
    "load '$libdir/../x'",
)
# What PostgreSQL gives to every login, and the embedded server takes back.
CLOSED = (
    "create temporary table mine (n integer)",
    "select lo_create(0)",
    "select lo_creat(-1)",
    "select lo_from_bytea(0, 'x')",
    "select lo_unlink(1)",
    "select pg_advisory_lock(1)",
    "select pg_advisory_xact_lock(1, 2)",
    "select pg_try_advisory_lock(1)",
    "select pg_try_advisory_lock_shared(1)",
    "select pg_advisory_unlock_all()",
    "select pg_sleep(9)",
    "select pg_sleep_for('9 s')",
    "select pg_sleep_until('infinity')",
    "select pg_notify('a', 'b')",
    "select pg_logical_emit_message(false, 'a', 'b')",
)
READABLE = {
    "articles", "links", "article_links", "aliases", "facets", "models", "alembic_version", "article_labels", "books",
    "article_vectors", "_placed_vectors", "link_vectors", "_link_weights", "article_positions", "map_regions",
    "_map_points",
}  # fmt: skip


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


@pytest.fixture
def somebody(reader: Connection, database: Database) -> Iterator[str]:
    """The address of a login that is a member of the role and nothing else."""
    reader.execute(text("reset session authorization"))
    reader.execute(text("drop role if exists somebody"))
    reader.execute(text("create role somebody login password 'x' in role wikishelf_reader"))
    yield f"{database.url} user=somebody password=x"
    reader.execute(text("drop role somebody"))


def test_errors_are_explained_to_the_reader(somebody: str) -> None:
    with Database(somebody) as own:
        assert revision.is_current(own)
        assert search.similar_articles(own, "Book 1", topic="book")
        with pytest.raises(ArticleNotFound, match="did you mean"):
            search.similar_articles(own, "Bok 1")


def test_each_object_is_open_to_those_on_the_list_alone(reader: Connection) -> None:
    """What is new is closed until it is on this list."""
    reader.execute(text("reset session authorization"))
    reader.execute(text("drop role if exists stranger"))
    reader.execute(text("create role stranger"))
    relations = """
        select relname from pg_class where relnamespace = 'wikishelf'::regnamespace and relkind in ('r', 'v', 'S', 'm')
          and has_table_privilege(:role, oid, :right)"""
    try:
        for right in ("select", "insert, update, delete, truncate, references, trigger"):
            found = reader.scalars(text(relations), {"role": "wikishelf_reader", "right": right}).all()
            assert set(found) == (READABLE if right == "select" else set())
            assert reader.scalars(text(relations), {"role": "stranger", "right": right}).all() == []
        assert not reader.scalar(text("select has_schema_privilege('stranger', 'wikishelf', 'usage')"))
        definers = "select proname from pg_proc where pronamespace = 'wikishelf'::regnamespace and prosecdef"
        assert reader.scalars(text(definers)).all() == []
    finally:
        reader.execute(text("drop role stranger"))


@pytest.mark.parametrize("statement", CLOSED)
def test_the_embedded_database_is_closed(closed: Connection, statement: str) -> None:
    with pytest.raises(sqlalchemy.exc.DBAPIError, match="permission denied"):
        closed.execute(text(statement))


@pytest.fixture(scope="module")
def closed(shared_home: Path) -> Iterator[Connection]:
    with sharing.attach(shared_home) as attachment, Database(attachment.url, attachment=attachment) as database:
        migrate.upgrade(database)
        with database.session() as connection:
            connection.execute(text("set session authorization wikishelf_reader"))
            yield connection
            connection.execute(text("reset session authorization"))


@pytest.mark.parametrize("work", ["import", "training"])
def test_a_login_that_may_not_write_holds_up_nobody(somebody: str, database: Database, work: str) -> None:
    """It may take an advisory lock in a database of one's own, as it always could, and nobody heeds it."""
    with psycopg.connect(somebody, autocommit=True) as connection:
        connection.execute("select pg_advisory_lock(hashtext('wikishelf.' || %s))", [work])
        with locks.held(database, work, ImportInProgress), pytest.raises(ImportInProgress, match="process"):
            locks.held(database, work, ImportInProgress).__enter__()


@pytest.mark.parametrize("work", ["import", "training"])
def test_an_older_program_and_this_one_exclude_each_other(database: Database, work: str) -> None:
    take = "select pg_try_advisory_lock(hashtext('wikishelf.' || %s))"
    with psycopg.connect(database.url, autocommit=True) as older:
        with locks.held(database, work, ImportInProgress):
            assert older.execute(take, [work]).fetchone() == (False,)
        assert older.execute(take, [work]).fetchone() == (True,)
        with pytest.raises(ImportInProgress), locks.held(database, work, ImportInProgress):
            pass
