"""Whatever is set for the database, for the role or in libpq's environment: the same work, the same answers."""

import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

import api
from db.connection import Database
from db.errors import DatabaseBusy, DatabaseRefused
from db.installing import migrate
from tests.conftest import as_url, new_database
from tests.support.planted import article, load, store_map, store_model

# What would end, refuse or change something, were it left to the database. Names that a server does not know are left.
SETTINGS = (
    ("datestyle", "German"),
    ("datestyle", "SQL, DMY"),
    ("datestyle", "Postgres, YMD"),
    ("intervalstyle", "iso_8601"),
    ("timezone", "Asia/Kathmandu"),
    ("timezone", "<+03>-3"),
    ("bytea_output", "escape"),
    ("client_encoding", "LATIN1"),
    ("client_encoding", "SQL_ASCII"),
    ("extra_float_digits", "-15"),
    ("extra_float_digits", "3"),
    ("standard_conforming_strings", "off"),
    ("backslash_quote", "off"),
    ("escape_string_warning", "off"),
    ("array_nulls", "off"),
    ("quote_all_identifiers", "on"),
    ("transform_null_equals", "on"),
    ("default_transaction_isolation", "serializable"),
    ("default_transaction_isolation", "repeatable read"),
    ("default_transaction_deferrable", "on"),
    ("search_path", ""),
    ("search_path", "nowhere, pg_catalog"),
    ("search_path", "oddity, pg_catalog, public"),
    ("row_security", "off"),
    ("check_function_bodies", "off"),
    ("session_replication_role", "local"),
    ("enable_indexscan", "off"),
    ("enable_seqscan", "off"),
    ("enable_nestloop", "off"),
    ("enable_hashjoin", "off"),
    ("enable_sort", "off"),
    ("jit", "on"),
    ("jit_above_cost", "0"),
    ("plan_cache_mode", "force_custom_plan"),
    ("plan_cache_mode", "force_generic_plan"),
    ("gin_fuzzy_search_limit", "1"),
    ("work_mem", "64kB"),
    ("temp_buffers", "100"),
    ("maintenance_work_mem", "1MB"),
    ("max_parallel_workers_per_gather", "8"),
    ("debug_parallel_query", "regress"),
    ("client_min_messages", "debug1"),
    ("lc_messages", "C"),
    ("xmloption", "document"),
    ("synchronous_commit", "off"),
    ("from_collapse_limit", "1"),
    ("join_collapse_limit", "1"),
    ("pg_trgm.similarity_threshold", "1"),
    ("pg_trgm.word_similarity_threshold", "1"),
    ("pg_trgm.strict_word_similarity_threshold", "1"),
    ("hnsw.ef_search", "1"),
    ("hnsw.iterative_scan", "off"),
    ("hnsw.max_scan_tuples", "1"),
)
# An oddity before pg_catalog: what a name or an operator means then depends on who looks it up.
ODDITY = """
    create schema oddity;
    create function oddity.lower(text) returns text language sql return 'odd';
    create function oddity.text_equal(text, text) returns boolean language sql return false;
    create operator oddity.= (leftarg = text, rightarg = text, function = oddity.text_equal);
    create table oddity.articles (odd integer)"""
ENVIRONMENT = {
    "PGCLIENTENCODING": "LATIN1",
    "PGOPTIONS": "-c search_path=oddity -c statement_timeout=500 -c datestyle=German -c extra_float_digits=-10",
    "PGTZ": "Asia/Kathmandu",
    "PGDATESTYLE": "German",
    "PGAPPNAME": "somebody's",
    "PGGEQO": "off",
    "PGCONNECT_TIMEOUT": "20",
    "PGTARGETSESSIONATTRS": "read-write",
    "PGLOADBALANCEHOSTS": "random",
    "PGKEEPALIVES": "0",
}


def work(database: Database) -> None:
    """An upgrade, an import, a model, a map."""
    migrate.upgrade(database)
    for number in range(2):  # the second import changes nothing
        load(database, *(article(f"Größe {n}%_\\", ["Shared", f"Ł {n % 3}"]) for n in range(12)))
        if number == 0:
            store_map(database, store_model(database))


def answers(shelf: api.Shelf) -> list[Any]:
    """What a person gets."""
    title = "Größe 3%_\\"
    (model,) = shelf.models()
    return [
        *shelf.similar_articles(title),
        *shelf.similar_articles(title, exact=True, prominence=0.5, same_author=False),
        *shelf.similar_links("Ł 1"),
        *shelf.articles_near_link("Shared"),
        *shelf.links_near_article(title),
        *shelf.recommend_articles([title], diversity=0.5),
        *shelf.explain_similarity(title, "Größe 6%_\\"),
        *shelf.search_articles("grosse 3"),
        *shelf.series_articles(title),
        *shelf.match_articles([title, "nothing"]),
        model.created_at is not None and model.created_at.tzinfo is not None,
        model.metrics,
        shelf.wiki,
    ]


@pytest.fixture(scope="module")
def expected(server_url: str, template: str) -> Iterator[list[Any]]:
    """The answers where nothing is set."""
    with new_database(server_url, template) as url, Database(url) as database:
        work(database)
        yield answers(api.Shelf(database))


@pytest.mark.parametrize(("name", "value"), SETTINGS)
def test_a_setting_of_the_database(database_url: str, expected: list[Any], name: str, value: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(ODDITY)
        admin.execute("load 'vector'; load '$libdir/pg_trgm'")
        if (
            "." not in name
            and admin.execute("select from pg_settings where lower(name) = %s", [name]).fetchone() is None
        ):
            pytest.skip(f"this server has no {name}")
        database = sql.Identifier(admin.info.dbname)
        statement = "alter database {} set {} = {}" if name != "search_path" else "alter database {} set {} to {}"
        parts = value.split(", ") if name == "search_path" else [value]
        values = sql.SQL(", ").join(map(sql.Literal, parts))
        admin.execute(sql.SQL(statement).format(database, sql.SQL(name), values))
    url = as_url(database_url)
    with Database(url) as database_of_work:
        work(database_of_work)
    with api.Shelf(Database(url, limits=api.Limits(query=20, reader=True))) as shelf:
        assert answers(shelf) == expected


@pytest.fixture
def hurried(database_url: str, request: pytest.FixtureRequest) -> str:
    """A database whose time limit of that name is 0.3 s."""
    with psycopg.connect(database_url, autocommit=True) as admin:
        if admin.execute("select from pg_settings where name = %s", [request.param]).fetchone() is None:
            pytest.skip(f"this server has no {request.param}")
        name = sql.Identifier(request.param)
        admin.execute(sql.SQL("alter database {} set {} = '300ms'").format(sql.Identifier(admin.info.dbname), name))
    return as_url(database_url)


def slow(database: Database) -> None:
    """A statement, an idle transaction, an idle session and a wait for a lock, each of 0.6 s."""
    with database.session() as connection:
        time.sleep(0.6)
        connection.execute(text("select pg_sleep(0.6)"))
    with ExitStack() as stack, Database(database.url) as other:
        stack.enter_context(other.transaction()).execute(text("lock table articles"))
        threading.Timer(0.6, stack.close).start()
        with database.transaction() as connection:
            connection.execute(text("lock table articles"))
            time.sleep(0.6)
            connection.execute(text("select pg_sleep(0.6)"))


LIMITS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "transaction_timeout")


@pytest.mark.parametrize("hurried", [*LIMITS, "idle_session_timeout"], indirect=True)
def test_long_work_has_no_time_limit(hurried: str) -> None:
    with Database(hurried) as database:
        slow(database)


@pytest.mark.parametrize("hurried", LIMITS, indirect=True)
def test_the_questions_of_a_person_keep_those_of_the_database(hurried: str) -> None:
    with Database(hurried, limits=api.Limits()) as database, pytest.raises(DatabaseBusy, match="timeout"):
        slow(database)
    with Database(hurried, limits=api.Limits(query=5)) as database:
        assert database.fetch("select 1", {}) == [(1,)]


@pytest.mark.parametrize("name", ENVIRONMENT)
def test_a_variable_of_libpq(
    database_url: str, expected: list[Any], name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(ODDITY)
    monkeypatch.setenv(name, ENVIRONMENT[name])
    url = as_url(database_url)
    with Database(url) as database:
        work(database)
    with api.Shelf(Database(url, limits=api.Limits(query=20, reader=True))) as shelf:
        assert answers(shelf) == expected


@pytest.mark.parametrize("limits", [api.Limits(), api.Limits(reader=True, query=20)])
def test_a_database_that_may_only_be_read(database_url: str, expected: list[Any], limits: api.Limits) -> None:
    """As on a standby: every question is answered, and what writes is refused in one line."""
    url = as_url(database_url)
    with Database(url) as database:
        work(database)
    with psycopg.connect(url, autocommit=True) as admin:
        name = sql.Identifier(admin.info.dbname)
        admin.execute(sql.SQL("alter database {} set default_transaction_read_only = on").format(name))
    with api.Shelf(Database(url, limits=limits)) as shelf:
        assert answers(shelf) == expected
    with Database(url) as database, pytest.raises(DatabaseRefused, match="in a read-only transaction"):
        work(database)
