"""More than one server answers: a hot standby has every switch and fold-in whole, and the address chooses a server."""

import itertools
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit

import psycopg
import pytest

import api
from db.connection import Database
from db.models import activation, fold_in
from db.opening import connect
from tests.matrix.servers import postgresql_18
from tests.support.commands import contents, done, refusal
from tests.support.planted import article, load, load_small_shelf, store_model
from tests.support.servers import wait_for
from tests.support.standby import standby_of


@pytest.fixture
def primary() -> Iterator[str]:
    with postgresql_18() as url:
        yield url


@pytest.fixture
def database(primary: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    monkeypatch.setenv("DATABASE_URL", primary)
    with connect() as database:
        load_small_shelf(database)
        yield database


@pytest.fixture
def standby(database: Database, primary: str) -> Iterator[str]:
    with standby_of(primary) as url:
        yield url


def answers(url: str) -> list[str]:
    """What a login that knows only this server is told."""
    with psycopg.connect(url) as connection:
        rows = connection.execute("select title from wikishelf.similar_articles('War and Peace', 20)").fetchall()
    return [title for (title,) in rows]


def test_a_switch_arrives_whole(database: Database, primary: str, standby: str) -> None:
    other = store_model(database, dimensions=9, seed=5, activate=False)
    wanted = []
    for model_id in (1, other):
        with database.transaction() as connection:
            activation.activate(connection, model_id)
        wanted.append(answers(primary))
    assert wanted[0] != wanted[1]
    seen: list[list[str]] = []
    ended = threading.Event()

    def ask() -> None:
        while not ended.is_set():
            seen.append(answers(standby))

    reader = threading.Thread(target=ask)
    reader.start()
    for model_id in itertools.islice(itertools.cycle((1, other)), 20):
        with database.transaction() as connection:
            activation.activate(connection, model_id)
        before = len(seen)
        wait_for(lambda before=before: len(seen) > before + 2)  # type: ignore[misc]
    ended.set()
    reader.join()
    assert {tuple(one) for one in seen} == {tuple(one) for one in wanted}


def test_a_fold_in_arrives_whole(database: Database, primary: str, standby: str) -> None:
    load(database, article("Newest", ["Shared", "Link 3"]))
    with database.transaction() as connection:
        fold_in.fold_in(connection)
    wait_for(lambda: contents(standby) == contents(primary))
    for url in (primary, standby):
        assert answers(url) == answers(primary)
        with psycopg.connect(url) as connection:
            nearest = "select count(*) from wikishelf.similar_articles('Newest', 20)"
            assert connection.execute(nearest).fetchone() == (20,)


def test_the_address_chooses_a_server(
    database: Database, primary: str, standby: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = urlsplit(standby), urlsplit(primary)
    both = f"{one.scheme}://{one.netloc},{two.hostname}:{two.port}{one.path}"
    monkeypatch.setenv("DATABASE_URL", f"{both}?target_session_attrs=prefer-standby")
    with api.connect() as shelf:
        assert [row.title for row in shelf.similar_articles("War and Peace", 20)] == answers(primary)
    with connect("require") as chosen:
        assert chosen.fetch("select inet_server_port()", {}) == [(one.port,)]
    done("train", "fold-in", DATABASE_URL=f"{both}?target_session_attrs=read-write")
    assert "read-only" in refusal("train", "fold-in", DATABASE_URL=standby)
