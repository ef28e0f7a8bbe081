"""Settings: what is refused, and what the size of the data decides."""

from dataclasses import replace
from typing import Any

import pytest

from train.config import MAX_SEED, Settings, checked, settled, with_max_share
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


@pytest.mark.parametrize(
    ("articles", "epochs", "max_share", "per_step", "temperature"),
    [
        (1, 40, 1.0, 1, 0.17),
        (1413, 40, 1.0, 44, 0.17),
        (4604, 40, 0.2, 143, 0.17),
        (6000, 40, 0.2, 187, 0.14),
        (9926, 30, 0.2, 310, 0.1),
        (37_020, 15, 0.2, 1024, 0.1),
        (131_000, 15, 0.2, 1024, 0.1),
        (200_000, 15, 0.2, 1562, 0.1),
        (2_000_000, 15, 0.2, 8192, 0.1),
    ],
)
def test_the_size_decides(articles: int, epochs: int, max_share: float, per_step: int, temperature: float) -> None:
    decided = settled(Settings(), articles)
    assert (decided.max_share, decided.articles_per_step, decided.temperature) == (max_share, per_step, temperature)
    assert decided.epochs == epochs
    assert settled(Settings(objective="sigmoid"), articles).epochs == 15


def test_what_is_given_is_kept() -> None:
    given = Settings(epochs=3, max_share=0.7, articles_per_step=9, temperature=0.3)
    assert settled(given, 5000) == given
    assert with_max_share(given, 5000) == given
    assert with_max_share(Settings(), 5000) == Settings(max_share=0.2)
