"""Tables equal the code's, up and down; the functions in the database equal the files."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg.conninfo import make_conninfo
from sqlalchemy import Connection, text

from db import migrate, sql_files
from db.connection import Database
from db.importing import topic_views
from tests.conftest import ROOT

OURS = """
    select p.oid, p.proname, p.prosrc, obj_description(p.oid, 'pg_proc') as description from pg_proc p
    where p.pronamespace = cast('public' as regnamespace) and p.proname <> 'fold_title'
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"""

STORED_SETTINGS = """
    select s.setconfig from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
    where d.datname = current_database() and s.setrole = 0"""


@pytest.fixture
def connection(database: Database) -> Iterator[Connection]:
    with database.transaction() as connection:
        yield connection


def config(connection: Connection) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config


def test_down_and_up_again(connection: Connection) -> None:
    topic_views.create_topic_views(connection, [topic_views.TopicView("books", "book", ())])
    command.downgrade(config(connection), "base")
    kinds = "relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'c')"
    left = connection.scalars(
        text(f"select relname from pg_class where {kinds} union all select proname from ({OURS}) f")
    )
    assert set(left) == {"alembic_version"}
    command.upgrade(config(connection), "head")
    command.check(config(connection))


def test_the_tables_equal_the_code_s(connection: Connection) -> None:
    command.check(config(connection))  # raises when autogenerate would add something


def test_the_functions_equal_the_files(connection: Connection) -> None:
    stored = [(row.proname, row.prosrc) for row in connection.execute(text(OURS))]
    files = []
    for path in sql_files.FUNCTIONS.iterdir():
        source = path.read_text(encoding="utf-8")
        found = re.findall(r"create or replace function (\w+)\(.*?as \$\$(.*?)\$\$;", source, re.DOTALL)
        assert {name for name, _ in found} == {Path(str(path)).stem}
        files += found
    assert sorted(stored) == sorted(files)


def test_every_function_is_described(connection: Connection) -> None:
    rows = connection.execute(text(OURS)).all()
    assert {row.proname for row in rows if not row.description} == set()


def test_no_call_is_ambiguous(connection: Connection) -> None:
    """What an older revision's functions would make of it, had they stayed."""
    for call in ("similar_articles('x', 3)", "similar_articles(1984)", "similar_links('x')", "search_articles('x')"):
        assert connection.execute(text(f"select * from {call}")).all() == []


def test_the_database_says_whether_it_is_current(database: Database) -> None:
    assert migrate.is_current(database)
    with database.transaction() as connection:
        connection.execute(text("update alembic_version set version_num = '0000'"))
    assert not migrate.is_current(database)


def test_an_ordinary_owner_may_upgrade_again(server_url: str) -> None:
    """Settings of pgvector's are anybody's to give once the session has loaded it, and a superuser's before."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("create role keeper login")
        admin.execute("create database kept owner keeper")
    with psycopg.connect(make_conninfo(server_url, dbname="kept"), autocommit=True) as admin:
        admin.execute("create extension vector")
        admin.execute("create extension pg_trgm")
    try:
        for _ in range(2):
            with Database(make_conninfo(server_url, dbname="kept", user="keeper")) as database:
                migrate.upgrade(database)
                with database.session() as connection:
                    settings = connection.scalar(text(STORED_SETTINGS))
                assert settings == [setting.replace(" ", "") for setting in migrate.SEARCH_DEFAULTS]
    finally:
        with psycopg.connect(server_url, autocommit=True) as admin:
            admin.execute("drop database kept with (force)")
            admin.execute("drop role keeper")
