"""What a training is reckoned to take: what was measured on 2 cores, and what grows with what."""

import numpy as np
import pytest

from db import shortage
from db.pairs import Pairs
from train import needs
from train.config import DecidedSettings
from train.errors import MemoryMissing

SETTINGS = {"epochs": 15, "min_articles": 4, "max_share": 0.2, "articles_per_step": 1024, "temperature": 0.1}


def reckoned(
    articles: int, links: int, pairs: int, objective: str = "softmax", dimensions: int = 50, workers: int = 1
) -> needs.Needs:
    ids, indexes = (np.empty(n, np.int32) for n in (articles, pairs))
    of = Pairs(ids, np.empty(links, np.int32), indexes, indexes, indexes)
    settings = DecidedSettings(objective=objective, dimensions=dimensions, **SETTINGS)  # type: ignore[arg-type]
    return needs.of_training(of, settings, workers)


@pytest.mark.parametrize(
    ("size", "gigabytes"),
    [
        ((37_020, 36_602, 719_898, "softmax", 50), 0.919),
        ((37_020, 36_602, 719_898, "softmax", 200), 1.167),
        ((37_020, 36_602, 719_898, "sigmoid", 50), 0.930),
        ((37_020, 36_602, 719_898, "mse", 200), 1.042),
        ((200_000, 195_112, 4_034_232, "softmax", 50), 1.292),
        ((200_000, 195_112, 4_034_232, "softmax", 200), 2.459),
        ((200_000, 195_112, 4_034_232, "softmax", 300), 3.133),
        ((200_000, 195_112, 4_034_232, "mse", 50), 1.696),
        ((1_000_000, 1_473_976, 21_335_372, "softmax", 50), 3.54),
    ],
)
def test_memory_is_what_was_measured(size: tuple[int, int, int, str, int], gigabytes: float) -> None:
    assert 0.9 * gigabytes < reckoned(*size).memory / 1e9 < 1.16 * gigabytes


def test_more_workers_take_less_each() -> None:
    alone, shared = (reckoned(200_000, 195_112, 4_034_232, workers=workers) for workers in (1, 4))
    assert shared.memory < alone.memory
    assert shared.seconds < alone.seconds


def test_it_is_told_in_words() -> None:
    assert str(needs.Needs(3.54e9, 930)) == "3.5 GB of memory and some 16 minutes of a core"
    assert str(needs.Needs(0.9e9, 31.4)) == "0.9 GB of memory and some 31 s of a core"


def test_too_much_is_refused() -> None:
    available = shortage.available_memory()
    needs.check("this", 0.5 * available)
    with pytest.raises(MemoryMissing, match=r"^this needs [\d.]+ GB of memory, and [\d.]+ GB are available; free some"):
        needs.check("this", 2 * available)
