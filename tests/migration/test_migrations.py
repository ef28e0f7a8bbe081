"""Tables equal the code's, up and down; the functions in the database equal the files."""

from collections.abc import Iterator

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, text

from db import sql_files
from db.connection import Database
from db.errors import SchemaNewer
from db.importing import topic_views
from db.installing import revision
from tests.conftest import ROOT

OURS = """
    select p.oid, p.proname, p.prosrc, obj_description(p.oid, 'pg_proc') as description from pg_proc p
    where p.pronamespace = cast('wikishelf' as regnamespace) and p.proname not in ('fold_title', '_placed')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"""

STORED_SETTINGS = """
    select s.setconfig from pg_db_role_setting s join pg_database d on d.oid = s.setdatabase
    where d.datname = current_database()"""


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
    kinds = "relnamespace = 'wikishelf'::regnamespace and relkind in ('r', 'v', 'c')"
    left = connection.scalars(
        text(f"select relname from pg_class where {kinds} union all select proname from ({OURS}) f")
    )
    assert set(left) == {"alembic_version"}
    command.upgrade(config(connection), "head")
    command.check(config(connection))


def test_the_tables_equal_the_code_s(connection: Connection) -> None:
    command.check(config(connection))  # raises when autogenerate would add something


def test_the_functions_equal_the_files(connection: Connection) -> None:
    """A body that is bound is stored as a tree, so both are made anew from the files, beside what an upgrade stored."""
    definitions = f"select f.proname, pg_get_functiondef(f.oid) from ({OURS}) f order by 1, 2"
    stored = connection.execute(text(definitions)).all()
    assert {name for name, _ in stored} == set(sql_files.function_names())
    sql_files.replay_functions(connection)
    assert connection.execute(text(definitions)).all() == stored
    for _, definition in stored:
        bound = "BEGIN ATOMIC" in definition or "SET search_path TO 'wikishelf'" in definition
        assert bound, definition


def test_every_function_is_described(connection: Connection) -> None:
    rows = connection.execute(text(OURS)).all()
    assert {row.proname for row in rows if not row.description} == set()


def test_no_call_is_ambiguous(connection: Connection) -> None:
    """What an older revision's functions would make of it, had they stayed."""
    for call in ("similar_articles('x', 3)", "similar_articles(1984)", "similar_links('x')", "search_articles('x')"):
        assert connection.execute(text(f"select * from {call}")).all() == []


def test_the_database_says_whether_it_is_current(database: Database) -> None:
    assert revision.is_current(database)
    with database.transaction() as connection:
        connection.execute(text("update alembic_version set version_num = '0000'"))
    assert not revision.is_current(database)
    with database.transaction() as connection:
        connection.execute(text("update alembic_version set version_num = '9999'"))
    with pytest.raises(SchemaNewer, match="its revision is 9999, and this program knows"):
        revision.is_current(database)


def test_a_view_on_a_function_survives_that_its_arguments_become_wider(connection: Connection) -> None:
    command.downgrade(config(connection), "0011")
    for statement in (
        """create function _nearest_articles(count integer) returns setof similar_article language sql stable
           begin atomic select 1, 'book', 'Emma', 1::real, 1::real limit count; end""",
        """create function similar_articles(title text, count integer default 10) returns setof similar_article
           language sql stable begin atomic select * from _nearest_articles(count); end""",
        "create view public.mine as select title from similar_articles('Emma', 3)",
    ):
        connection.execute(text(statement))
    command.upgrade(config(connection), "head")
    assert connection.scalars(text("select title from public.mine")).all() == ["Emma"]
    assert connection.execute(text("select * from similar_articles('Emma', 3::bigint)")).all() == []
    connection.execute(text("drop view public.mine"))
