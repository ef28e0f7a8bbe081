"""Where a training starts: drawn by id, then averaged over the graph."""

import numpy as np
import pytest

from db.pairs import Pairs
from tests.support.planted_blocks import decided, pairs_of
from train.initial_rows import IDS_PER_BLOCK, starting_rows
from train.trimming import trim
from train.unit_vectors import mean_of_links

# For mse the rows stay as they were drawn.
SETTINGS = decided(pairs_of([{0}]), objective="mse", dimensions=6)
SOFTMAX = decided(pairs_of([{0}]), dimensions=6)


def test_a_link_starts_alike_whatever_other_links_there_are() -> None:
    whole = pairs_of([{0, 1, 2}, {1, 3}, {1, 2, 3}])
    part = trim(whole, min_articles=2, max_share=1.0)
    assert len(part.link_ids) == 3
    _, rows = starting_rows(whole, SETTINGS)
    _, fewer = starting_rows(part, SETTINGS)
    assert (fewer == rows[1:]).all()
    assert len(np.unique(rows)) == rows.size


def test_rows_far_apart_are_drawn_as_well() -> None:
    ids = np.array([3, IDS_PER_BLOCK + 3, 40 * IDS_PER_BLOCK + 3], np.int32)
    zeros, range3 = np.zeros(3, np.int32), np.arange(3, dtype=np.int32)
    pairs = Pairs(np.zeros(1, np.int32), ids, zeros, range3, np.ones(3, np.int32))
    _, rows = starting_rows(pairs, SETTINGS)
    assert len(np.unique(rows)) == rows.size
    assert 0.03 < np.abs(rows).max() <= 0.05


def test_an_article_starts_at_the_mean_of_its_links() -> None:
    pairs = pairs_of([{0, 1, 2}, {1, 3}, {1, 2, 3}])
    articles, links = starting_rows(pairs, SOFTMAX)
    lengths = np.linalg.norm(articles, axis=1)
    assert lengths == pytest.approx(np.full(3, 0.05 * 2**0.5), rel=1e-5)
    assert articles / lengths[:, None] == pytest.approx(mean_of_links(links, pairs), abs=1e-6)


@pytest.mark.parametrize("objective", ["sigmoid", "mse"])
def test_articles_of_the_pointwise_objectives_are_drawn(objective: str) -> None:
    pairs = pairs_of([{0, 1}, {0, 1}])
    articles, links = starting_rows(pairs, decided(pairs, objective=objective, dimensions=6))
    assert len(np.unique([articles, links])) == articles.size + links.size


def test_another_seed_starts_elsewhere() -> None:
    pairs = pairs_of([{0, 1}, {0, 1}])
    one, other = (starting_rows(pairs, decided(pairs, dimensions=6, seed=seed)) for seed in (0, 1))
    assert not (one[1] == other[1]).any()
