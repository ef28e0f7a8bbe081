"""A training by two processes: it makes as good a model as one process, and ends clearly if one is lost or wrong."""

import json
import os
import signal

import numpy as np
import pytest

from db.connection import Database
from db.models import registry
from tests.conftest import as_url
from tests.support.machines import ends, here, start
from tests.support.stored_blocks import judged, stored_blocks


@pytest.fixture
def block_of(database: Database) -> np.ndarray:
    return stored_blocks(database)


def test_two_workers_train_one_model_as_good_as_of_one(
    database: Database, database_url: str, block_of: np.ndarray
) -> None:
    addresses = here(2)
    workers = [start(addresses, index, "--json", DATABASE_URL=as_url(database_url)) for index in (0, 1)]
    (code, printed, errors), assistant = ends(workers)
    assert code == 0, errors
    assert assistant[:2] == (0, ""), assistant
    model, share = judged(database, block_of)
    assert json.loads(printed)["model_id"] == model.model_id
    assert (model.state, model.metrics["articles"], model.metrics["workers"]) == ("active", 72, 2)
    assert share > 0.95


def test_a_killed_worker_fails_the_training(database: Database, database_url: str, block_of: np.ndarray) -> None:
    addresses = here(2)
    workers = [start(addresses, index, "--epochs", "10000", DATABASE_URL=as_url(database_url)) for index in (0, 1)]
    assert workers[1].stderr is not None
    assert "epoch 1/10000" in workers[1].stderr.readline()
    os.kill(workers[1].pid, signal.SIGKILL)
    (code, printed, errors), _ = ends(workers)
    assert (code, printed) == (1, "")
    last = errors.splitlines()[-1]
    assert last.startswith("python -m train: the training lost worker 1 (127.0.0.1:")
    assert "Traceback" not in errors
    assert "Graph execution error" not in last
    with database.session() as connection:
        (model,) = registry.listed(connection)
    assert model.state == "failed"
    assert model.reason == last.removeprefix("python -m train: ")


def test_workers_with_other_settings_are_refused(database: Database, database_url: str, block_of: np.ndarray) -> None:
    addresses = here(2)
    workers = [
        start(addresses, index, "--epochs", str(2 + index), DATABASE_URL=as_url(database_url)) for index in (0, 1)
    ]
    for code, printed, errors in ends(workers):
        assert (code, printed) == (1, "")
        *told, last = errors.splitlines()
        assert last.startswith("python -m train: worker 1 has --epochs 3 and worker 0 has 2;")
        assert all("of memory" in line for line in told)  # what only the chief says
    with database.session() as connection:
        (model,) = registry.listed(connection)
    assert model.state == "failed"
