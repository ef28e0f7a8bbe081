"""A training by two processes: it makes as good a model as one process, and ends clearly if one is lost or wrong."""

import json
import os
import signal
from subprocess import Popen

import numpy as np
import pytest
from sqlalchemy import text

from db.connection import Database
from db.models import registry, vectors
from tests.conftest import as_url
from tests.support.machines import free_ports, start
from tests.support.planted import load
from tests.support.planted_blocks import blocks, share_of_own_block
from tests.training.test_pipeline import record


@pytest.fixture
def block_of(database: Database) -> np.ndarray:
    """The planted blocks as stored articles, and the block of each article by its number."""
    pairs, block_of = blocks()
    links = np.split(pairs.link_index, np.flatnonzero(np.diff(pairs.article_index)) + 1)
    load(database, *(record(f"Article {i}", [f"Link {link}" for link in row]) for i, row in enumerate(links)))
    return block_of


def ends(workers: list[Popen[str]]) -> list[tuple[int, str, str]]:
    """The exit code, stdout and stderr of each. A worker that hangs is killed."""
    try:
        texts = [worker.communicate(timeout=100) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    return [(worker.returncode, *text) for worker, text in zip(workers, texts, strict=True)]


def test_two_workers_train_one_model_as_good_as_of_one(
    database: Database, database_url: str, block_of: np.ndarray
) -> None:
    ports = free_ports(2)
    workers = [start(ports, index, "--json", DATABASE_URL=as_url(database_url)) for index in (0, 1)]
    (code, printed, errors), assistant = ends(workers)
    assert code == 0, errors
    assert assistant[:2] == (0, ""), assistant
    with database.session() as connection:
        (model,) = registry.listed(connection)
        ids, stored = vectors.read(connection, model.model_id, "articles", 50)
        titles = {
            row.article_id: row.title for row in connection.execute(text("select article_id, title from articles"))
        }
    assert json.loads(printed)["model_id"] == model.model_id
    assert (model.state, model.metrics["articles"], model.metrics["workers"]) == ("active", 72, 2)
    own = block_of[[int(titles[int(one)].removeprefix("Article ")) for one in ids]]
    assert share_of_own_block(stored, own) > 0.95


def test_a_killed_worker_fails_the_training(database: Database, database_url: str, block_of: np.ndarray) -> None:
    ports = free_ports(2)
    workers = [start(ports, index, "--epochs", "10000", DATABASE_URL=as_url(database_url)) for index in (0, 1)]
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
    ports = free_ports(2)
    workers = [start(ports, index, "--epochs", str(2 + index), DATABASE_URL=as_url(database_url)) for index in (0, 1)]
    for code, printed, errors in ends(workers):
        assert (code, printed) == (1, "")
        assert errors.startswith("python -m train: worker 1 has --epochs 3 and worker 0 has 2;")
        assert errors.count("\n") == 1
    with database.session() as connection:
        (model,) = registry.listed(connection)
    assert model.state == "failed"
