import numpy as np
import pytest

from db.models.storage_order import by_neighbourhood, scaffold_first


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


@pytest.mark.parametrize("n", [0, 1, 31, 32, 33, 1000])
def test_one_row_of_each_32_comes_first(n: int) -> None:
    order = np.random.default_rng(3).permutation(n)
    found = scaffold_first(order).tolist()
    assert sorted(found) == list(range(n))
    place = {row: at for at, row in enumerate(order.tolist())}
    places = [place[row] for row in found]
    n_first = next((at for at in range(n // 32, n // 32 + 2) if places[at:] == sorted(places[at:])), n)
    first, rest = places[:n_first], places[n_first:]
    assert rest == sorted(rest)
    assert len({at // 32 for at in first}) == len(first) >= n // 32
