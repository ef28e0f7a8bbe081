"""Reads by psycopg alone: lost connections, limits, and no right to write."""

import threading

import pytest
from sqlalchemy import text

from db.connection import Database
from db.errors import DatabaseBusy, DatabaseRefused, DatabaseUnreachable
from db.limits import Limits
from tests.support.servers import wait_for

PID = "select pg_backend_pid()"


def test_a_lost_connection_is_replaced_before_anybody_notices(database: Database) -> None:
    ((first,),) = database.fetch(PID, {})
    assert database.fetch(PID, {}) == [(first,)]
    with database.transaction() as connection:
        connection.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": first})
    ((second,),) = database.fetch("select pg_backend_pid() from (select %(x)s::int) x", {"x": 1})
    assert second != first
    assert database.in_use == 0


def test_a_query_that_takes_too_long_is_asked_once(database_url: str) -> None:
    with Database(database_url, limits=Limits(query=1)) as database:
        with database.transaction() as connection:
            connection.execute(text("create sequence asked"))
        with pytest.raises(DatabaseBusy, match="statement timeout"):
            database.fetch("select nextval('asked'), pg_sleep(5)", {})
        assert database.fetch("select nextval('asked')", {}) == [(2,)]
        assert database.fetch("select 1", {}) == [(1,)]
        with pytest.raises(DatabaseBusy, match="statement timeout"), database.transaction() as connection:
            connection.execute(text("select pg_sleep(5)"))


def test_whoever_waits_too_long_for_a_connection_is_told(database_url: str) -> None:
    with Database(database_url, limits=Limits(connections=1, wait=0.1)) as database:
        sleeper = threading.Thread(target=database.fetch, args=("select pg_sleep(2)", {}))
        sleeper.start()
        wait_for(lambda: database.in_use == 1)
        with pytest.raises(DatabaseBusy, match="in use while the question waited"):
            database.fetch("select 1", {})
        sleeper.join()
        assert database.fetch("select 1", {}) == [(1,)]


def test_a_reader_cannot_write(database_url: str) -> None:
    with Database(database_url, limits=Limits(reader=True)) as database:
        assert database.fetch("select current_user::text", {}) == [("wikishelf_reader",)]
        for write in ("delete from models", "create table x ()", "create temporary table x ()"):
            with pytest.raises(DatabaseRefused):
                database.fetch(write, {})


def test_no_server_is_one_error() -> None:
    with Database("postgresql://nobody@127.0.0.1:1/none") as database, pytest.raises(DatabaseUnreachable):
        database.fetch("select 1", {})
