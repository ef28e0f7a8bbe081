"""A server that is silent, a question that is called off, a shelf that is closed."""

import asyncio
import os
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import text

import api
from db.connection import Database
from db.errors import DatabaseBusy, DatabaseUnreachable, ShelfClosed
from db.question import Question
from tests.support.servers import wait_for

PID = "select pg_backend_pid()"
RUNNING = "select count(*) from pg_stat_activity where state = 'active' and query like '%pg_sleep(2%' and pid <> {pid}"
Way = Callable[[Database, str], object]


def read(database: Database, query: str) -> object:
    return database.fetch(query, {})


def session(database: Database, query: str) -> object:
    with database.session() as connection:
        return connection.exec_driver_sql(query).all()


def transaction(database: Database, query: str) -> object:
    with database.transaction() as connection:
        return connection.exec_driver_sql(query).all()


def copy(database: Database, query: str) -> object:
    with database.transaction() as connection:
        with connection.connection.cursor().copy(f"copy ({query}) to stdout") as rows:
            return list(rows)


WAYS = [read, session, transaction, copy]


@contextmanager
def frozen(pid: int) -> Iterator[None]:
    """The backend does nothing, as one whose host has vanished."""
    os.kill(pid, signal.SIGSTOP)
    try:
        yield
    finally:
        os.kill(pid, signal.SIGCONT)


@pytest.fixture
def hasty(embedded_only: None, database_url: str) -> Iterator[Database]:
    """One connection of each kind, and half a second for a statement; both connections are open."""
    with Database(database_url, limits=api.Limits(connections=1, wait=1, query=0.5)) as database:
        for way in WAYS:
            way(database, "select 1")
        yield database


@pytest.mark.parametrize("way", WAYS)
def test_a_silent_server_is_given_up_in_time(hasty: Database, way: Way) -> None:
    pid = (hasty.fetch(PID, {}) if way is read else session(hasty, PID))[0][0]  # type: ignore[index]
    with frozen(pid):
        start = time.monotonic()
        if way is read:  # SQLAlchemy tries a connection before it hands it out, and takes another
            with pytest.raises(DatabaseUnreachable, match="the server gave no answer in time"):
                way(hasty, "select 1")
        else:
            way(hasty, "select 1")
        assert time.monotonic() - start < 9  # 10 s is a connection without these limits
        assert way(hasty, PID) != [(pid,)]
    assert hasty.in_use == 0


@pytest.mark.parametrize("way", [session, transaction, copy])
def test_a_server_that_falls_silent_while_it_answers_is_given_up(hasty: Database, way: Way) -> None:
    pid = session(hasty, PID)[0][0]  # type: ignore[index]
    query = f"select 1 from pg_stat_activity where pid = {pid} and state = 'active' and query like '%pg_sleep(0.4%'"
    with psycopg.connect(hasty.url, autocommit=True) as watching:

        def freeze() -> None:
            wait_for(lambda: watching.execute(query.encode()).fetchone())
            os.kill(pid, signal.SIGSTOP)

        freezing = threading.Thread(target=freeze)
        freezing.start()
        try:
            with pytest.raises(DatabaseUnreachable, match="the server gave no answer in time|the connection is closed"):
                way(hasty, "select pg_sleep(0.4)")
            assert session(hasty, "select 1") == [(1,)]
        finally:
            freezing.join()
            os.kill(pid, signal.SIGCONT)


@pytest.mark.parametrize("way", WAYS)
def test_a_host_that_takes_a_connection_and_says_nothing_is_given_up(way: Way) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        url = f"postgresql://nobody@127.0.0.1:{silent.getsockname()[1]}/none"
        start = time.monotonic()
        with Database(url, limits=api.Limits(query=1)) as database, pytest.raises(DatabaseUnreachable, match="timeout"):
            way(database, "select 1")
    assert time.monotonic() - start < 9


def test_a_slow_answer_within_the_limits_comes(hasty: Database) -> None:
    assert hasty.fetch("select 1 from pg_sleep(0.2)", {}) == [(1,)]


@pytest.mark.parametrize("way", WAYS)
def test_a_question_is_called_off_on_the_server(database: Database, way: Way) -> None:
    way(database, "select 1")
    question, start = Question(), time.monotonic()
    threading.Timer(0.3, question.cancel).start()
    with question, pytest.raises(DatabaseBusy, match="canceling statement"):
        way(database, "select pg_sleep(20)")
    assert time.monotonic() - start < 15
    with psycopg.connect(database.url) as watching:
        query = RUNNING.format(pid=watching.info.backend_pid)
        assert watching.execute(query.encode()).fetchone() == (0,)
    assert way(database, "select 1")
    with question, pytest.raises(DatabaseBusy, match="called off"):
        way(database, "select 1")


@pytest.mark.parametrize("way", WAYS)
def test_a_question_has_its_seconds_in_sum(database: Database, way: Way) -> None:
    asked = 0
    with Question(0.5), pytest.raises(DatabaseBusy, match="called off|canceling"):
        while True:
            way(database, "select pg_sleep(0.2)")
            asked += 1
    assert asked in {1, 2}  # the second one is late on a busy machine


def test_questions_of_other_threads_go_on(database: Database) -> None:
    with Question() as question:
        question.cancel()
        answers: list[object] = []
        other = threading.Thread(target=lambda: answers.append(database.fetch("select 1 from pg_sleep(0.3)", {})))
        other.start()
        other.join()
    assert answers == [[(1,)]]


def test_a_frozen_server_cannot_be_told_but_the_question_ends(hasty: Database) -> None:
    pid = hasty.fetch(PID, {})[0][0]
    with frozen(pid), Question(0.1), pytest.raises(DatabaseUnreachable):
        hasty.fetch("select 1", {})


def test_whoever_cancels_a_task_calls_off_its_question(database: Database) -> None:
    async def ask() -> float:
        async with api.AsyncShelf(api.Shelf(database)) as shelf:
            asking = asyncio.create_task(shelf.ask(lambda one: one.database.fetch("select pg_sleep(20)", {})))
            await asyncio.sleep(0.3)
            asking.cancel()
            start = time.monotonic()
            with pytest.raises(asyncio.CancelledError):
                await asking
            with pytest.raises(TimeoutError):
                async with asyncio.timeout(0.2):
                    await shelf.ask(lambda one: one.database.fetch("select pg_sleep(21)", {}))
        return time.monotonic() - start

    assert asyncio.run(ask()) < 15  # and closing waited for the threads, which had nothing more to wait for


@pytest.mark.parametrize("way", [read, session, transaction])
def test_a_closed_shelf_answers_nothing_and_holds_no_connection(database_url: str, way: Way) -> None:
    shelf = api.Shelf(Database(make_conninfo(database_url, application_name="closing")))
    way(shelf.database, "select 1")
    shelf.close()
    for _ in range(2):
        with pytest.raises(ShelfClosed, match="open another one with api.connect"):
            way(shelf.database, "select 1")
        shelf.close()
    assert _connections(database_url) == 0


@pytest.mark.parametrize("way", [read, session, transaction])
def test_what_is_being_asked_when_the_shelf_closes_is_answered_and_closed(database_url: str, way: Way) -> None:
    database = Database(make_conninfo(database_url, application_name="closing"))
    answers: list[object] = []
    asking = threading.Thread(target=lambda: answers.append(way(database, "select 7 from pg_sleep(0.5)")))
    asking.start()
    wait_for(lambda: database.in_use)
    time.sleep(0.2)
    database.close()
    asking.join()
    assert answers == [[(7,)]]
    assert _connections(database_url) == 0


def test_a_closed_asynchronous_shelf_says_so(database_url: str) -> None:
    async def ask() -> None:
        shelf = api.AsyncShelf(api.Shelf(Database(database_url)))
        await shelf.close()
        for question in (shelf.models(), shelf.similar_articles("A"), shelf.ask(lambda one: one.models())):
            with pytest.raises(ShelfClosed):
                await question
        await shelf.close()

    asyncio.run(ask())


def _connections(url: str) -> int:
    deadline = time.monotonic() + 20  # a backend needs a moment to see that its client has gone
    query = text("select count(*) from pg_stat_activity where application_name = 'closing'")
    with Database(url) as watching, watching.session() as connection:
        while (count := connection.scalar(query)) and time.monotonic() < deadline:
            time.sleep(0.02)
        return int(count or 0)
