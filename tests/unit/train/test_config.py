"""Settings: what is refused, what the size of the data decides, and what a row in the database keeps of them."""

import json
from dataclasses import asdict, replace
from typing import Any

import numpy as np
import pytest

from db.errors import NothingToTrain
from db.pairs import Pairs
from tests.support.planted_blocks import blocks, decided, pairs_of
from train.config import MAX_SEED, OBJECTIVES, DecidedSettings, Settings, as_stored, checked, decide, from_stored
from train.errors import SettingInvalid

REFUSED: list[tuple[str, str, Any]] = [
    ("objective", "--objective", "bpr"),
    ("dimensions", "--dimensions", 0),
    ("dimensions", "--dimensions", 2001),
    ("epochs", "--epochs", 0),
    ("seed", "--seed", -1),
    ("seed", "--seed", MAX_SEED + 1),
    ("min_articles", "--min-articles", 0),
    ("max_share", "--max-share", 0.0),
    ("max_share", "--max-share", 1.5),
    ("max_share", "--max-share", float("nan")),
    ("kinds", "--kinds", ("page", "thing")),
    ("kinds", "--kinds", ("",)),
    ("kinds", "--kinds", ()),
]


@pytest.mark.parametrize(("name", "option", "value"), REFUSED)
def test_impossible_settings_are_refused_by_name(name: str, option: str, value: Any) -> None:
    culprit = value[-1:] or [""] if isinstance(value, tuple) else [value]
    with pytest.raises(SettingInvalid) as refusal:
        checked(replace(Settings(), **{name: value}))
    assert str(refusal.value).startswith(f"{option} cannot be ")
    assert str(culprit[0]) in str(refusal.value)
    assert "use " in str(refusal.value)


@pytest.mark.parametrize(
    "settings",
    [
        Settings(),
        Settings(objective="mse", dimensions=2000, epochs=1, seed=MAX_SEED, min_articles=1, max_share=1.0),
        Settings(kinds=("site", "page", "category"), topics=("opera",)),
    ],
)
def test_possible_settings_pass_unchanged(settings: Settings) -> None:
    assert checked(settings) is settings


def of_size(articles: int) -> Pairs:
    """This many articles of one link each; each of ten links stands in a tenth of them."""
    numbers = np.arange(articles, dtype=np.int32)
    links = np.arange(min(articles, 10), dtype=np.int32)
    return Pairs(numbers, links, numbers, numbers % 10, np.ones(articles, np.int32))


@pytest.mark.parametrize(
    ("articles", "epochs", "min_articles", "max_share", "per_step", "temperature"),
    [
        (20, 40, 2, 1.0, 1, 0.17),
        (369, 40, 2, 1.0, 33, 0.17),
        (1413, 40, 2, 1.0, 128, 0.17),
        (4604, 40, 2, 0.2, 143, 0.17),
        (6000, 40, 4, 0.2, 187, 0.14),
        (9926, 30, 4, 0.2, 310, 0.1),
        (37_020, 15, 4, 0.2, 1024, 0.1),
        (131_000, 15, 4, 0.2, 1024, 0.1),
        (200_000, 15, 4, 0.2, 1024, 0.1),
        (1_100_000, 15, 4, 0.2, 1024, 0.1),
    ],
)
def test_the_size_decides(
    articles: int, epochs: int, min_articles: int, max_share: float, per_step: int, temperature: float
) -> None:
    _, settings = decide(Settings(max_share=1.0), of_size(articles))
    assert (settings.min_articles, settings.epochs) == (min_articles, epochs)
    assert (settings.articles_per_step, settings.temperature) == (per_step, temperature)
    assert decide(Settings(min_articles=1), of_size(articles))[1].max_share == max_share


def test_the_share_goes_by_the_articles_before_trimming_and_the_rest_by_those_after() -> None:
    rows = [{0}] * 1500 + [{1}] * 400 + [{2}] * 100  # The first link stands in three quarters of 2,000 articles.
    trimmed, settings = decide(Settings(), pairs_of(rows))
    assert (settings.max_share, len(trimmed.article_ids)) == (0.2, 500)
    assert settings.articles_per_step == 500 // 11
    with pytest.raises(NothingToTrain):
        decide(Settings(min_articles=2001), pairs_of(rows))


@pytest.mark.parametrize("objective", ["sigmoid", "mse"])
def test_the_tutorial_s_objectives_have_its_epochs_by_default(objective: str) -> None:
    assert decide(Settings(objective), blocks()[0])[1].epochs == 15


def test_what_is_asked_for_is_kept() -> None:
    asked = Settings(epochs=3, max_share=0.7, articles_per_step=9, temperature=0.3, min_articles=1)
    assert decide(asked, blocks()[0])[1] == DecidedSettings(**asdict(asked))


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_nothing_is_open_once_it_is_decided(objective: str) -> None:
    pairs, _ = blocks()
    settings = decided(pairs, objective=objective)
    assert None not in asdict(settings).values()
    assert decide(settings, pairs)[1] == settings


@pytest.mark.parametrize("objective", OBJECTIVES)
def test_a_row_keeps_the_settings_that_its_objective_uses(objective: str) -> None:
    pairs, _ = blocks()
    settings = decided(pairs, objective=objective, topics=("book",), seed=3)
    stored = json.loads(json.dumps(as_stored(settings)))
    assert ("sharpness" in stored, "temperature" in stored, "positives" in stored) == (
        (True, True, False) if objective == "softmax" else (False, False, True)
    )
    assert decide(from_stored(stored), pairs)[1] == settings


def test_rows_of_other_versions_are_read() -> None:
    assert from_stored({}) == Settings()
    first_version = {"objective": "softmax", "seed": 2, "kinds": ["page"], "temperature": 0.12, "max_share": 1.0}
    asked = from_stored(first_version)
    assert asked == Settings(seed=2, kinds=("page",), temperature=0.12, max_share=1.0)
    assert from_stored({**first_version, "of a later version": 1, "sharpness": 2.0}) == asked
