"""From trained tables to stored vectors."""

import numpy as np
import pytest

from db.pairs import Pairs
from train.unit_vectors import article_vectors, mean_of_links, rarity, unit

PAIRS = Pairs(
    article_ids=np.array([5, 6], np.int32),
    link_ids=np.array([7, 8], np.int32),
    article_index=np.array([0, 0, 1], np.int32),
    link_index=np.array([0, 1, 1], np.int32),
    occurrences=np.ones(3, np.int32),
)
LINKS = np.array([[1, 0], [0, 1]], np.float32)


def test_rows_become_unit_rows() -> None:
    rows = unit(np.array([[3, 4], [0, -2]], np.float32))
    assert rows.dtype == np.float32
    assert rows == pytest.approx(np.array([[0.6, 0.8], [0, -1]]))


def test_a_link_weighs_by_how_few_articles_have_it() -> None:
    weights = rarity(PAIRS)
    assert weights.dtype == np.float32
    assert weights == pytest.approx(np.log([1 + 2 / 1, 1 + 2 / 2]))


def test_a_rare_link_pulls_harder() -> None:
    rare, common = np.log1p(2 / 1), np.log1p(2 / 2)
    expected = np.array([rare, common]) / np.hypot(rare, common)
    assert mean_of_links(LINKS, PAIRS) == pytest.approx(np.array([expected, [0, 1]]))


def test_the_stored_vector_lies_between() -> None:
    trained = np.array([[0, -1], [1, 0]], np.float32)
    stored = article_vectors(trained, LINKS, PAIRS, 2.0)
    assert stored[1] == pytest.approx(np.array([2, 1]) / np.sqrt(5))
    assert np.linalg.norm(stored, axis=1) == pytest.approx([1, 1])
    assert stored.dtype == np.float32


def test_links_that_cancel_out_leave_the_trained_vector() -> None:
    opposite = np.array([[1, 0], [-1, 0]], np.float32)
    alone = Pairs(PAIRS.article_ids[:1], PAIRS.link_ids, *(np.array(i, np.int32) for i in ([0, 0], [0, 1], [1, 1])))
    trained = np.array([[0.6, 0.8]], np.float32)
    assert article_vectors(trained, opposite, alone, 2.0) == pytest.approx(trained)


def test_as_a_plain_loop_says() -> None:
    """3 articles, 4 links, 5 dimensions, so that none stands for another; the links of the last nearly cancel out."""
    rows = [[0, 1], [1], [2, 3]]
    pairs = Pairs(
        article_ids=np.arange(3, dtype=np.int32),
        link_ids=np.arange(4, dtype=np.int32),
        article_index=np.array([0, 0, 1, 2, 2], np.int32),
        link_index=np.array([0, 1, 1, 2, 3], np.int32),
        occurrences=np.ones(5, np.int32),
    )
    links = unit(np.random.default_rng(0).normal(size=(4, 5)).astype(np.float32))
    links[3:] = unit(np.array([0.05, 0, 0, 0, 0], np.float32) - links[2:3])
    weights = [np.log(1 + 3 / count) for count in (1, 2, 1, 1)]
    sums = np.array([sum(weights[link] * links[link] for link in row) for row in rows])
    found = mean_of_links(links, pairs)
    assert found.dtype == np.float32
    assert found == pytest.approx(sums / np.linalg.norm(sums, axis=1, keepdims=True), abs=1e-5)
