import numpy as np
import pytest

from db.models.storage_order import by_neighbourhood


@pytest.mark.parametrize("n", [0, 1, 32, 33, 1000])
def test_every_row_is_there_once(n: int) -> None:
    rows = np.random.default_rng(1).normal(size=(n, 5)).astype(np.float32)
    assert sorted(by_neighbourhood(rows)) == list(range(n))


def test_rows_that_are_alike_are_no_trouble() -> None:
    assert sorted(by_neighbourhood(np.ones((200, 3), dtype=np.float32))) == list(range(200))


def test_neighbours_stand_together() -> None:
    generator = np.random.default_rng(2)
    directions = generator.normal(size=(16, 20)).astype(np.float32)
    groups = generator.permutation(np.arange(16).repeat(64))
    rows = directions[groups] + 0.1 * generator.normal(size=(1024, 20)).astype(np.float32)
    stored = groups[by_neighbourhood(rows)]
    changes = np.count_nonzero(np.diff(stored))
    assert changes < 40  # 15 if every group stood together, some 960 in a random order
