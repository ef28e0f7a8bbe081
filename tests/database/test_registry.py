import signal
import threading
from collections.abc import Iterator

import psycopg
import pytest
from sqlalchemy import text

from db import locks, search
from db.connection import Database
from db.errors import ModelNotFound, ModelUnusable, NoActiveModel, TrainingInProgress
from db.models import activation, registry
from tests.support.planted import article, load, store_model


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    load(database, *(article(f"Book {n}", ["Shared", f"Link {n % 3}"]) for n in range(12)))
    yield database


def states(database: Database) -> list[tuple[int, str, str | None]]:
    with database.session() as connection:
        return [(model.model_id, model.state, model.reason) for model in registry.listed(connection)]


def test_a_training_becomes_the_active_model(shelf: Database) -> None:
    with pytest.raises(NoActiveModel):
        search.similar_articles(shelf, "Book 1")
    store_model(shelf)
    with shelf.session() as connection:
        model = registry.active(connection)
    assert (model.model_id, model.objective, model.dimensions) == (1, "softmax", 8)
    assert (model.settings, model.fingerprint) == ({"seed": 0}, "fingerprint")
    assert model.metrics == {"loss": 0.5, "articles": 12, "links": 4}
    assert len(search.similar_articles(shelf, "Book 1", count=100)) == 11


def test_models_of_other_dimensions_switch_and_switch_back(shelf: Database) -> None:
    store_model(shelf, dimensions=8)
    first = search.similar_articles(shelf, "Book 1")
    store_model(shelf, dimensions=16, seed=5)
    assert search.similar_articles(shelf, "Book 1") != first
    with shelf.transaction() as connection:
        activation.activate(connection, 1)
    assert search.similar_articles(shelf, "Book 1") == first
    assert states(shelf) == [(1, "active", None), (2, "ready", None)]


def test_a_switch_that_is_rolled_back_changes_nothing(shelf: Database) -> None:
    store_model(shelf)
    store_model(shelf, seed=5, activate=False)
    first = search.similar_articles(shelf, "Book 1")
    with pytest.raises(ZeroDivisionError), shelf.transaction() as connection:
        activation.activate(connection, 2)
        raise ZeroDivisionError
    assert search.similar_articles(shelf, "Book 1") == first


def test_a_dropped_model_frees_its_tables(shelf: Database) -> None:
    store_model(shelf)
    store_model(shelf, seed=5)
    with pytest.raises(ModelUnusable, match=r"model 2 cannot be dropped: it is active"), shelf.transaction() as active:
        activation.drop(active, 2)
    with shelf.transaction() as connection:
        activation.drop(connection, 1)
        tables = connection.scalars(text(r"select tablename from pg_tables where tablename ~ '_\d+$' order by 1"))
        kinds = ("article_vectors", "link_vectors", "link_weights", "map_points", "map_positions", "map_regions")
        assert list(tables) == [f"_{kind}_2" for kind in kinds]
    assert states(shelf) == [(2, "active", None)]


def test_an_error_is_the_row_s_reason(shelf: Database) -> None:
    with pytest.raises(ValueError, match="boom"), registry.training(shelf, "mse", 8, {}):
        raise ValueError("boom")
    assert states(shelf) == [(1, "failed", "boom")]
    with (
        pytest.raises(ModelUnusable, match="cannot be activated: its state is failed"),
        shelf.transaction() as connection,
    ):
        activation.activate(connection, 1)


def test_an_interrupt_is_the_row_s_reason_unless_the_model_is_stored(shelf: Database) -> None:
    with pytest.raises(KeyboardInterrupt) as interrupt, registry.training(shelf, "mse", 8, {}):
        raise KeyboardInterrupt
    assert interrupt.value.__notes__ == ["model 1 is listed as failed, and searches answer as before"]
    with pytest.raises(KeyboardInterrupt) as interrupt, registry.training(shelf, "mse", 8, {}) as model_id:
        with shelf.transaction() as connection:
            registry.finish(connection, model_id, {}, "fingerprint")
        raise KeyboardInterrupt
    assert not hasattr(interrupt.value, "__notes__")
    assert states(shelf) == [(1, "failed", "interrupted"), (2, "ready", None)]


def test_the_second_trainer_is_told_who_trains(shelf: Database) -> None:
    with registry.training(shelf, "mse", 8, {}), pytest.raises(TrainingInProgress, match=r"process \d+ of the server"):
        store_model(shelf)
    assert store_model(shelf) == 2


def test_a_killed_trainer_s_row_is_told_from_one_in_training(shelf: Database) -> None:
    with psycopg.connect(shelf.url) as connection:
        connection.execute(
            "insert into models (state, objective, dimensions, settings) values ('training', 'mse', 8, '{}')"
        )
    with shelf.session() as connection:
        registry.mark_killed(connection)
    assert states(shelf) == [(1, "failed", "killed")]
    with registry.training(shelf, "mse", 8, {}), shelf.transaction() as connection:
        registry.mark_killed(connection)
        assert registry.find(connection, 2).state == "training"


def test_two_models_cannot_be_active(shelf: Database) -> None:
    store_model(shelf)
    with psycopg.connect(shelf.url) as connection, pytest.raises(psycopg.errors.UniqueViolation):
        connection.execute(
            "insert into models (state, objective, dimensions, settings) values ('active', 'mse', 8, '{}')"
        )


def test_an_unknown_model_is_named(shelf: Database) -> None:
    for verb in (activation.activate, activation.drop, registry.find):
        for unknown in (99, -1, 10**30):
            with pytest.raises(ModelNotFound, match=f"there is no model {unknown};"), shelf.transaction() as connection:
                verb(connection, unknown)


def interrupt_soon() -> None:
    """Ctrl-C in a third of a second."""
    threading.Timer(0.3, signal.raise_signal, [signal.SIGINT]).start()


def test_an_interrupted_statement_lets_go_of_the_lock(shelf: Database) -> None:
    with pytest.raises(KeyboardInterrupt), locks.held(shelf, registry.LOCK, TrainingInProgress):
        with shelf.transaction() as connection:
            interrupt_soon()
            connection.execute(text("select pg_sleep(30)"))
    with registry.training(shelf, "mse", 8, {}):
        pass


def test_a_training_interrupted_while_its_row_is_written_leaves_its_reason(shelf: Database) -> None:
    with shelf.transaction() as connection:
        connection.execute(
            text(
                "create function slow() returns trigger language plpgsql as "
                "$$begin perform pg_sleep(1); return new; end$$"
            )
        )
        connection.execute(text("create trigger slow before insert on models for each row execute function slow()"))
    with pytest.raises(KeyboardInterrupt):
        interrupt_soon()
        with registry.training(shelf, "mse", 8, {}):
            raise AssertionError("the training went on")
    assert states(shelf) == [(1, "failed", "interrupted")]
