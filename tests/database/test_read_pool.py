"""Reads by psycopg alone: lost connections, limits, and no right to write."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from api.service.questions import NotLight, SingleReads
from db import search
from db.connection import Database
from db.errors import DatabaseBusy, DatabaseRefused, DatabaseUnreachable, ShelfClosed
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


def test_threads_share_the_connections_that_there_may_be(database_url: str) -> None:
    with Database(database_url, limits=Limits(connections=3)) as database, ThreadPoolExecutor(12) as threads:
        asked = [threads.submit(database.fetch, f"{PID}, pg_sleep(0.01)", {}) for _ in range(120)]
        assert len({one.result()[0][0] for one in asked}) == 3
        assert database.in_use == 0


def test_a_connection_that_answers_while_the_shelf_is_closed_is_closed_then(database: Database) -> None:
    with Database(database.url) as closing:
        with closing.reading() as connection:
            ((pid,),) = connection.execute(PID.encode()).fetchall()
            closing.close()
            assert connection.execute(b"select current_schema()").fetchall() == [("wikishelf",)]
        assert connection.closed
    gone = "select pg_sleep(0.01) from pg_stat_activity where pid = %(pid)s"
    while database.fetch(gone, {"pid": pid}):  # the server ends a session a moment after its client
        pass
    with pytest.raises(ShelfClosed):
        closing.fetch(PID, {})


def test_the_search_for_a_reason_is_left_to_those_who_may(database_url: str) -> None:
    """The service's light questions are single reads, and another pool finds out why there is no answer."""
    with SingleReads(database_url) as database, pytest.raises(NotLight):
        search.similar_articles(database, "Nobody")


def test_a_reader_cannot_write(database_url: str) -> None:
    with Database(database_url, limits=Limits(reader=True)) as database:
        assert database.fetch("select current_user::text", {}) == [("wikishelf_reader",)]
        for write in ("delete from models", "create table x ()", "create temporary table x ()"):
            with pytest.raises(DatabaseRefused):
                database.fetch(write, {})


def test_no_server_is_one_error() -> None:
    with Database("postgresql://nobody@127.0.0.1:1/none") as database, pytest.raises(DatabaseUnreachable):
        database.fetch("select 1", {})
