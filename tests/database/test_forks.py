"""A forked child asks over connections of its own, and what it does reaches nothing of its parent's."""

import asyncio
import multiprocessing
import os
import pickle
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from sqlalchemy import text

import api
from db.connection import Database
from tests.support.planted import article, load, store_model

PID = "select pg_backend_pid()"
Ask = Callable[[api.Shelf], Any]


@pytest.fixture
def shelf(database_url: str) -> Iterator[api.Shelf]:
    """Four articles; the shelf has asked each way before anything forks."""
    with api.Shelf(Database(database_url)) as shelf:
        load(shelf.database, *(article(title, ["Shared", f"Of {title}"]) for title in "ABCD"))
        store_model(shelf.database)
        assert shelf.similar_articles("A")
        assert shelf.models()
        yield shelf


class Child:
    """A forked child that sends what `ask` gives, and exits without what the parent does at its exit."""

    def __init__(self, ask: Callable[[], Any]) -> None:
        self._end, writing = os.pipe()
        self.pid = os.fork()
        if self.pid == 0:
            try:
                said = ask()
            except BaseException as error:
                said = repr(error)
            os.write(writing, pickle.dumps(said))
            os._exit(0)
        os.close(writing)

    def said(self) -> Any:
        """Wait for its end."""
        with os.fdopen(self._end, "rb") as reading:
            found = reading.read()
        os.waitpid(self.pid, 0)
        return pickle.loads(found)


def read_pid(shelf: api.Shelf) -> int:
    return int(shelf.database.fetch(PID, {})[0][0])


def session_pid(shelf: api.Shelf) -> int:
    with shelf.database.session() as connection:
        return int(connection.scalar(text(PID)) or 0)


def transaction_pid(shelf: api.Shelf) -> int:
    with shelf.database.transaction() as connection:
        return int(connection.scalar(text(PID)) or 0)


def is_open(pid: int, shelf: api.Shelf) -> bool:
    query = "select count(*) from pg_stat_activity where pid = %(pid)s"
    return shelf.database.fetch(query, {"pid": pid}) == [(1,)]


@pytest.mark.parametrize("pid", [read_pid, session_pid, transaction_pid])
def test_each_process_has_connections_of_its_own(shelf: api.Shelf, pid: Ask) -> None:
    ours = pid(shelf)
    theirs = [Child(lambda: (pid(shelf), pid(shelf))).said() for _ in range(3)]
    assert all(first == second for first, second in theirs)
    assert len({ours, *(first for first, _ in theirs)}) == 4
    assert is_open(ours, shelf)  # and the parent keeps its connection


@pytest.mark.parametrize("children", [1, 4])
def test_parent_and_children_ask_at_once_and_get_their_own_answers(shelf: api.Shelf, children: int) -> None:
    """As it is where a server of many processes opens the shelf before it forks (gunicorn --preload, Celery)."""
    titles = "ABCD"
    expected = {title: shelf.similar_articles(title) for title in titles}
    assert len({str(answer) for answer in expected.values()}) == len(titles)

    def wrong(title: str) -> int:
        return sum(shelf.similar_articles(title) != expected[title] or not shelf.models() for _ in range(100))

    forked = [Child(lambda title=title: wrong(title)) for title in titles[:children]]  # type: ignore[misc]
    assert wrong("D") == 0
    assert [child.said() for child in forked] == [0] * children


@pytest.mark.parametrize("ending", ["close", "commit", "roll back", "collect"])
def test_what_a_child_does_to_a_connection_does_not_reach_the_parent(shelf: api.Shelf, ending: str) -> None:
    database = shelf.database
    ours = read_pid(shelf)
    with database.transaction() as connection:
        connection.execute(text("create table mine (n integer)"))

        def end() -> str:
            if ending == "close":
                shelf.close()
            elif ending == "collect":
                for link in database._read_pool._of_parent.queue:
                    if link is not None:
                        link.close()
            else:
                connection.execute(text("commit" if ending == "commit" else "rollback"))
            return "ended"

        said = Child(end).said()
        assert said == "ended" or "server closed the connection" in said
        connection.execute(text("insert into mine values (1)"))
    assert database.fetch("select n from wikishelf.mine", {}) == [(1,)]
    assert read_pid(shelf) == ours


def test_a_child_of_a_thread_that_asks_waits_for_nobody(shelf: api.Shelf) -> None:
    """All connections are busy, in threads that the child does not have."""
    with Database(shelf.database.url, limits=api.Limits(connections=1, wait=5)) as database:
        asking = threading.Thread(target=database.fetch, args=("select pg_sleep(1)", {}))
        asking.start()
        while database.in_use == 0:
            pass
        assert Child(lambda: (database.in_use, database.fetch("select 1", {}))).said() == (0, [(1,)])
        asking.join()


inherited: list[Database] = []


def asked_of_inherited(_: int) -> int:
    return int(inherited[0].fetch(PID, {})[0][0])


def test_a_pool_of_forked_processes(shelf: api.Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tests.database.test_forks.inherited", [shelf.database])
    with multiprocessing.get_context("fork").Pool(2) as pool:
        found = pool.map(asked_of_inherited, range(20))
    assert read_pid(shelf) not in found
    assert shelf.similar_articles("A")


def asked_of(url: str, schema: str) -> int:
    with Database(url, schema) as database:
        return int(database.fetch(PID, {})[0][0])


@pytest.mark.parametrize("method", ["spawn", "forkserver"])
def test_a_process_that_is_not_forked_opens_the_shelf_itself(shelf: api.Shelf, method: str) -> None:
    context: Any = multiprocessing.get_context(method)
    with context.Pool(2) as pool:
        found = pool.starmap(asked_of, [tuple(shelf.database.address)] * 4)
    assert len({*found, read_pid(shelf)}) == 5


def test_a_child_awaits_answers_in_threads_of_its_own(shelf: api.Shelf) -> None:
    asynchronous = api.AsyncShelf(shelf)
    expected = shelf.similar_articles("A")

    async def ask() -> bool:
        found = await asyncio.gather(*(asynchronous.similar_articles("A") for _ in range(40)))
        return all(answer == expected for answer in found)

    assert Child(lambda: asyncio.run(ask())).said() is True
    assert asyncio.run(ask())
    asyncio.run(asynchronous.close())
