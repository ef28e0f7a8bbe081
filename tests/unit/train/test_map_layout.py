"""Neighbours, layouts and their determinism."""

import numpy as np
import pytest
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from db.maps.positions import Former, Positions
from train.map import layout, make
from train.map.neighbours import nearest
from train.map.regions import divided, numbers_of_regions

Float32 = NDArray[np.float32]


def clusters(n: int, seed: int = 0, directions: int = 10) -> tuple[Float32, NDArray[np.int64]]:
    """Unit rows around some directions, and which direction each row has."""
    random = np.random.default_rng(seed)
    which = random.integers(directions, size=n)
    rows = np.random.default_rng(99).normal(size=(directions, 20))[which] + 0.3 * random.normal(size=(n, 20))
    return unit(rows), which


def unit(rows: NDArray[np.float64]) -> Float32:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def ids(n: int) -> NDArray[np.int32]:
    return np.arange(10, 10 + n, dtype=np.int32)


def mapped(rows: Float32, former: Former | None = None, seed: int = 0) -> layout.Layout:
    return make.lay_out(ids(len(rows)), rows, former, seed, lambda *_: None)


def test_neighbours_are_exact() -> None:
    rows, _ = clusters(300)
    cosines = np.array([[float(np.dot(a, b)) for b in rows.astype(np.float64)] for a in rows.astype(np.float64)])
    np.fill_diagonal(cosines, -2)
    expected = [set(row) for row in np.argsort(-cosines, axis=1)[:, :7].tolist()]
    found = nearest(rows, 7)
    assert [set(row) for row in found.tolist()] == expected
    assert (np.diff(found, axis=1) > 0).all()


def test_equal_articles_have_those_that_follow_them() -> None:
    rows = np.tile(unit(np.ones((1, 20))), (200, 1))
    found = nearest(rows, 3)
    assert found[5].tolist() == [6, 7, 8]
    assert found[198].tolist() == [0, 1, 199]
    assert np.bincount(found.ravel()).max() <= 6


@pytest.mark.parametrize("n", [31, 400, 3200])
def test_the_same_bytes_with_one_thread_and_two(n: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "STEPS", 50)
    rows, _ = clusters(n)
    found = []
    for threads in (1, 2):
        with threadpool_limits(threads):
            found.append(mapped(rows))
    assert found[0].xy.tobytes() == found[1].xy.tobytes()
    assert found[0].scale == found[1].scale


def test_another_seed_gives_another_map() -> None:
    rows, _ = clusters(100)
    assert mapped(rows).xy.tobytes() == mapped(rows).xy.tobytes() != mapped(rows, seed=1).xy.tobytes()


def test_clusters_stand_together() -> None:
    rows, which = clusters(600)
    xy = mapped(rows).xy.astype(np.float64)
    assert np.abs(xy).max() == pytest.approx(0.95)
    squares = ((xy[:, None] - xy[None]) ** 2).sum(axis=2)
    near = np.argsort(squares, axis=1)[:, 1:16]
    assert (which[near] == which[:, None]).mean() > 0.97


@pytest.mark.parametrize("n", [1, 2, 3, 15, 29, 30, 31, 45])
@pytest.mark.parametrize("kind", ["random", "equal", "one direction"])
def test_few_articles_make_a_small_map(n: int, kind: str) -> None:
    random = np.random.default_rng(0).normal(size=(n, 1 if kind == "one direction" else 8))
    found = mapped(unit(np.ones((n, 8)) if kind == "equal" else random))
    assert found.xy.shape == (n, 2)
    assert np.abs(found.xy).max() <= 1
    assert len(np.unique(found.xy.round(6), axis=0)) > n / 3
    assert np.ptp(found.xy[:, 0]) > 1 or n == 1


def test_a_second_map_keeps_the_shape_of_the_first() -> None:
    rows, _ = clusters(600)
    noise = np.random.default_rng(5).normal(scale=0.02, size=rows.shape)
    first = mapped(rows)
    former = Former(1, first.scale, Positions(ids(600), first.xy), [])
    again, fresh = (mapped(unit(rows + noise), one, seed=3).xy for one in (former, None))
    moved = np.linalg.norm(again - first.xy, axis=1)
    assert np.median(moved) < 0.05
    assert np.median(np.linalg.norm(fresh - first.xy, axis=1)) > 2 * np.median(moved)


def test_new_articles_start_beside_their_neighbours() -> None:
    xy = np.array([[1.0, 1], [3, 5], [2, 9]])
    neighbours = np.array([[1, 2], [0, 2], [0, 1], [0, 1], [3, 3]], np.int32)
    start = layout.start_from(np.array([0, 1, 2]), xy, neighbours, seed=0)
    assert start == pytest.approx(np.array([[1, 1], [3, 5], [2, 9], [2, 3], [2, 3]]), abs=0.01)


def test_a_map_that_grew_stays_within_its_bounds() -> None:
    own = np.array([[-3.0, 0], [3, 0], [0, 1], [9, 0]])
    found = layout.on_former_map(own, 0.2, np.array([0, 1, 2]), np.array([[-0.9, 0], [0.9, 0], [0, 0.3]], np.float32))
    assert np.abs(found.xy).max() == pytest.approx(1)
    assert found.xy == pytest.approx(own / 9, abs=1e-6)
    assert found.scale == pytest.approx(1 / 9)


def test_regions_are_the_clusters_from_left_to_right() -> None:
    random = np.random.default_rng(0)
    which = random.integers(10, size=2000)
    middles = np.stack([np.linspace(-0.9, 0.9, 10), np.tile([-0.5, 0.5], 5)], axis=1)
    xy = (middles[which] + random.normal(scale=0.02, size=(2000, 2))).astype(np.float32)
    assert (divided(xy, 10, seed=0) == which).all()


def test_regions_stay_where_they_were() -> None:
    xy = np.random.default_rng(0).uniform(-1, 1, (3000, 2)).astype(np.float32)
    first = divided(xy, 12, seed=0)
    middles = np.array([xy[first == region].mean(axis=0) for region in range(12)], np.float64)
    moved = (xy + np.random.default_rng(1).normal(scale=0.01, size=xy.shape)).astype(np.float32)
    assert (divided(moved, 12, seed=5, start=middles) == first).mean() > 0.75
    assert (divided(moved, 12, seed=5) == first).mean() < 0.5


def test_equal_positions_are_one_region() -> None:
    assert (divided(np.zeros((50, 2), np.float32), 3, seed=0) == 0).all()


@pytest.mark.parametrize(
    ("articles", "expected"),
    [(0, []), (39, []), (40, [2]), (400, [10, 20]), (628, [10, 31]), (2000, [10, 40, 100]), (37_020, [10, 40, 160])],
)
def test_few_articles_have_few_regions(articles: int, expected: list[int]) -> None:
    assert numbers_of_regions(articles) == expected
