"""Activating and dropping: what is refused, and who waits for whom."""

import itertools
import threading
import time
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from db import locks, search
from db.connection import Database
from db.errors import ModelUnusable
from db.models import activation, registry
from tests.support.planted import article, load, store_model


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    """Model 1 is active, model 2 is ready."""
    load(database, *(article(f"Book {n}", ["Shared", f"Link {n % 3}"]) for n in range(12)))
    store_model(database)
    store_model(database, dimensions=9, seed=5, activate=False)
    yield database


def activate(database: Database, model_id: int) -> None:
    with database.transaction() as connection:
        activation.activate(connection, model_id)


def drop(database: Database, model_id: int) -> None:
    with database.transaction() as connection:
        activation.drop(connection, model_id)


def active_models(database: Database) -> list[int]:
    with database.session() as connection:
        return [model.model_id for model in registry.listed(connection) if model.state == "active"]


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        ("drop table _link_vectors_2", "the table _link_vectors_2 is missing"),
        ("delete from _article_vectors_2 where article_id = 1", "_article_vectors_2 has 11 rows, and 12 were stored"),
        (
            "update models set dimensions = 8 where model_id = 2",
            "12 rows of _article_vectors_2 do not have 8 dimensions",
        ),
        (
            "update _link_vectors_2 set embedding = embedding + embedding where link_id = 2",
            "1 rows of _link_vectors_2 are not of unit length",
        ),
        (
            "update _article_vectors_2 set embedding = embedding - embedding",
            "12 rows of _article_vectors_2 are not of unit length",
        ),
    ],
)
def test_damaged_vectors_are_not_activated(shelf: Database, damage: str, reason: str) -> None:
    before = search.similar_articles(shelf, "Book 1")
    with shelf.transaction() as connection:
        connection.execute(text(damage))
    with pytest.raises(ModelUnusable) as refusal:
        activate(shelf, 2)
    assert str(refusal.value) == f"model 2 cannot be activated: {reason}; drop it and train another"
    assert active_models(shelf) == [1]
    assert search.similar_articles(shelf, "Book 1") == before
    drop(shelf, 2)


def test_two_switches_at_once_are_one_after_the_other(shelf: Database) -> None:
    store_model(shelf, seed=7, activate=False)
    others = [threading.Thread(target=activate, args=(shelf, model_id)) for model_id in (2, 3) * 4]
    for other in others:
        other.start()
    for other in others:
        other.join()
    (last,) = active_models(shelf)
    assert last in (2, 3)
    with shelf.session() as connection:
        dimensions = connection.scalar(text("select max(vector_dims(embedding)) from article_vectors"))
        assert dimensions == registry.active(connection).dimensions


@pytest.fixture
def reader(shelf: Database) -> Iterator[psycopg.Connection]:
    """A transaction that goes on reading the active vectors, and those of model 2."""
    with psycopg.connect(shelf.url) as connection:
        connection.execute("select count(*) from article_vectors, link_vectors, _article_vectors_2")
        yield connection


def test_what_needs_no_lock_waits_for_no_reader(shelf: Database, reader: psycopg.Connection) -> None:
    activate(shelf, 1)  # if it waited for the reader, it would be refused in the end
    with pytest.raises(ModelUnusable, match="model 1 cannot be dropped: it is active; activate another one first"):
        drop(shelf, 1)
    with shelf.transaction() as connection:
        connection.execute(text("update models set state = 'failed' where model_id = 2"))
    with pytest.raises(ModelUnusable, match="model 2 cannot be activated: its state is failed"):
        activate(shelf, 2)
    assert active_models(shelf) == [1]


@pytest.mark.parametrize("verb", [activate, drop])
def test_a_long_query_holds_up_nobody_else(
    shelf: Database, reader: psycopg.Connection, verb: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(locks, "SECONDS_OF_TRIES", 1.0)
    refusals = []

    def attempt() -> None:
        with pytest.raises(ModelUnusable) as refusal:
            verb(shelf, 2)  # type: ignore[operator]
        refusals.append(str(refusal.value))

    changing = threading.Thread(target=attempt)
    changing.start()
    answered = [time.monotonic()]
    while changing.is_alive():
        assert len(search.similar_articles(shelf, "Book 1")) == 10
        answered.append(time.monotonic())
    changing.join()
    pid = reader.info.backend_pid
    assert f"process {pid} of the server has been reading it since " in refusals[0]
    longest = max(later - earlier for earlier, later in itertools.pairwise(answered))
    assert longest < (answered[-1] - answered[0]) / 2  # if searches queued behind the attempt, one would last as long
    assert active_models(shelf) == [1]
    reader.rollback()
    verb(shelf, 2)  # type: ignore[operator]


def test_a_drop_waits_for_who_reads(shelf: Database, reader: psycopg.Connection) -> None:
    dropping = threading.Thread(target=drop, args=(shelf, 2))
    dropping.start()
    time.sleep(0.5)
    assert dropping.is_alive()
    assert reader.execute("select count(*) from _article_vectors_2").fetchone() == (12,)
    reader.rollback()
    dropping.join()
    assert reader.execute("select to_regclass('_article_vectors_2')").fetchone() == (None,)


def test_a_dropped_model_s_space_is_free_at_once(shelf: Database) -> None:
    with shelf.session() as connection:
        before = registry.sizes(connection)
        size = connection.scalar(text("select pg_database_size(current_database())"))
    assert before.keys() == {1, 2}
    assert min(before.values()) > 8192
    drop(shelf, 2)
    with shelf.session() as connection:
        assert registry.sizes(connection) == {1: before[1]}
        assert connection.scalar(text("select pg_database_size(current_database())")) <= size - before[2]


def test_a_model_in_training_is_not_dropped_and_a_killed_one_is(shelf: Database) -> None:
    with registry.training(shelf, "mse", 8, {}) as model_id, pytest.raises(ModelUnusable, match="still in training"):
        drop(shelf, model_id)
    with shelf.transaction() as connection:
        connection.execute(text("update models set state = 'training' where model_id = 2"))
    drop(shelf, 2)
