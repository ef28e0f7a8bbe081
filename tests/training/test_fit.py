"""The fit: what it learns, and what its vectors are like."""

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from db.models.vectors import check
from tests.conftest import ROOT
from tests.support.planted_blocks import blocks, decided, pairs_of, share_of_own_block
from train.fit import Fitted, fit
from train.progress import Epoch

EPOCHS = {"softmax": 40, "sigmoid": 1000, "mse": 1000}  # A pointwise epoch of this data is a single step.


def fingerprint(fitted: Fitted) -> str:
    return hashlib.sha256(fitted.articles.tobytes() + fitted.links.tobytes()).hexdigest()


def small(seed: int = 0) -> Fitted:
    pairs, _ = blocks()
    return fit(pairs, decided(pairs, epochs=3, seed=seed))


@pytest.fixture(scope="module")
def here() -> Fitted:
    """What this process makes of the seed 0."""
    return small()


@pytest.mark.parametrize("objective", EPOCHS)
def test_planted_neighbours_are_found_and_the_loss_falls(objective: str) -> None:
    pairs, block_of = blocks()
    losses: list[float] = []
    settings = decided(pairs, objective=objective, epochs=EPOCHS[objective])
    fitted = fit(pairs, settings, lambda epoch: losses.append(epoch.loss))
    assert share_of_own_block(fitted.articles, block_of) > 0.95
    nearest_links = np.argsort(-fitted.articles @ fitted.links.T, axis=1)[:, :5]
    assert (nearest_links // 10 == block_of[:, None]).mean() > 0.9
    assert len(losses) == EPOCHS[objective]
    assert losses[-1] < 0.85 * losses[0]
    assert fitted.metrics["loss"] == losses[-1]


def test_a_pool_smaller_than_all_links_learns_as_well() -> None:
    pairs, block_of = blocks()
    fitted = fit(pairs, decided(pairs, pool=20))
    assert share_of_own_block(fitted.articles, block_of) > 0.95


def test_the_sampled_loss_estimates_the_loss_over_all_links() -> None:
    pairs, block_of = blocks()
    # All articles are in one step. Its loss is computed before anything is learnt, so both see the same vectors.
    alike = {"epochs": 1, "articles_per_step": len(block_of)}
    whole, sampled = (fit(pairs, decided(pairs, pool=pool, **alike)).metrics["loss"] for pool in (60, 20))
    assert sampled == pytest.approx(whole, abs=0.1)


def test_same_seed_same_bytes_in_fresh_processes_and_after_other_runs(here: Fitted) -> None:
    code = "from tests.training.test_fit import *; print(fingerprint(small()))"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", code],
            cwd=ROOT,
            env={**os.environ, "PYTHONHASHSEED": hash_seed},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for hash_seed in ("1", "2")
    ]
    other, again = small(seed=1), small()
    (first, first_errors), (second, second_errors) = (process.communicate() for process in processes)
    assert first == second == f"{fingerprint(here)}\n" == f"{fingerprint(again)}\n"
    assert first_errors == second_errors == ""  # TensorFlow is quiet
    assert fingerprint(other) != fingerprint(here)
    assert np.abs(other.articles - here.articles).max() > 0.01


ROWS = {
    "one article, one link": [{0}],
    "every article has every link": [{0, 1}] * 2,
    "five articles": [{0}, {0}, {1}, {1}, {1, 2}],
}


@pytest.mark.parametrize("objective", EPOCHS)
@pytest.mark.parametrize("rows", ROWS.values(), ids=ROWS)
def test_tiny_data(objective: str, rows: list[set[int]]) -> None:
    pairs = pairs_of(rows)
    fitted = fit(pairs, decided(pairs, objective=objective, dimensions=2, epochs=2))
    assert {fitted.articles.dtype, fitted.links.dtype, fitted.link_weights.dtype} == {np.dtype(np.float32)}
    assert (fitted.articles.shape, fitted.links.shape) == ((len(rows), 2), (len(pairs.link_ids), 2))
    check("articles", pairs.article_ids, fitted.articles)
    check("links", pairs.link_ids, fitted.links)
    assert fitted.link_weights == pytest.approx(np.log(1 + len(rows) / np.bincount(pairs.link_index)))
    assert np.isfinite(fitted.metrics["loss"])


def test_every_epoch_is_reported() -> None:
    reported: list[Epoch] = []
    pairs, _ = blocks()
    fitted = fit(pairs, decided(pairs, epochs=3), reported.append)
    assert [epoch.number for epoch in reported] == [1, 2, 3]
    assert {epoch.epochs for epoch in reported} == {3}
    assert reported[-1].seconds_left == 0
    assert reported[-1].pairs_per_second > 0
    assert {
        "loss",
        "epochs",
        "seconds",
        "cpu_seconds",
        "articles",
        "links",
        "pairs",
        "workers",
        "pairs_per_second",
        "versions",
    } == set(fitted.metrics)
    assert (fitted.metrics["articles"], fitted.metrics["pairs"]) == (72, len(pairs.article_index))


OTHER_SETTINGS = {
    "float16": '{"floatx": "float16", "epsilon": 0.1, "image_data_format": "channels_first"}',
    "torch": '{"backend": "torch"}',
    "nonsense": '{"floatx": "float7", "epsilon": "x", "image_data_format": 1}',
    "set before": "",
}


@pytest.mark.parametrize("name", OTHER_SETTINGS)
def test_the_users_keras_settings_are_not_ours(tmp_path: Path, here: Fitted, name: str) -> None:
    """In the file keras.json or set in the same program before, they change no bit of a fit."""
    (tmp_path / ".keras").mkdir()
    (tmp_path / ".keras" / "keras.json").write_text(OTHER_SETTINGS[name] or "{}")
    first = "from train.backend import keras; keras.config.set_floatx('float16'); " if name == "set before" else ""
    script = f"{first}from tests.training.test_fit import *; print(fingerprint(small()))"
    environment = {**os.environ, "HOME": str(tmp_path), "KERAS_BACKEND": "jax"}
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert done.stdout.strip() == fingerprint(here), done.stderr
