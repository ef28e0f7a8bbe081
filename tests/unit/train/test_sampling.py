"""The steps of an epoch: complete, of fixed shapes, drawn as they claim."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.pairs import Pairs
from train import sampling
from train.trimming import link_counts


def random_pairs(articles: int, links: int, share: float, seed: int = 0) -> Pairs:
    """Each pair with that probability; every article and link has at least one."""
    held = np.random.default_rng(seed).random((articles, links)) < share
    held[np.arange(articles), np.arange(articles) % links] = True
    held[np.arange(links) % articles, np.arange(links)] = True
    article, link = (side.astype(np.int32) for side in np.nonzero(held))
    ids = np.arange(articles, dtype=np.int32), np.arange(links, dtype=np.int32)
    return Pairs(*ids, article, link, np.ones(len(article), np.int32))


def keys(pairs: Pairs, article: np.ndarray, link: np.ndarray) -> np.ndarray:
    numbers: np.ndarray = article.astype(np.int64) * len(pairs.link_ids) + link
    return numbers


@given(st.integers(1, 40), st.integers(1, 30), st.integers(1, 12), st.integers(0, 5))
def test_a_softmax_epoch_holds_every_pair_once(articles: int, links: int, per_step: int, seed: int) -> None:
    pairs = random_pairs(articles, links, 0.2, seed)
    steps = sampling.softmax_steps(pairs, link_counts(pairs), per_step, 5, 0.75, np.random.default_rng(seed))
    used = np.arange(steps.seat.shape[1]) < steps.filled[:, None]
    article = np.take_along_axis(steps.articles, steps.seat, axis=1)[used]
    link = np.take_along_axis(steps.links, steps.place, axis=1)[used]
    held = np.sort(keys(pairs, article, link))
    assert held.tolist() == keys(pairs, pairs.article_index, pairs.link_index).tolist()
    assert steps.filled.sum() == len(pairs.article_index)


@given(st.integers(1, 40), st.integers(1, 30), st.integers(1, 12), st.integers(0, 5))
def test_no_row_stands_twice_in_a_step(articles: int, links: int, per_step: int, seed: int) -> None:
    """Of two moves of one row, only one would count."""
    pairs = random_pairs(articles, links, 0.2, seed)
    random = np.random.default_rng(seed)
    softmax = sampling.softmax_steps(pairs, link_counts(pairs), per_step, 5, 0.75, random)
    for steps in (softmax, sampling.pointwise_steps(pairs, per_step, 2 * per_step, random)):
        for table, size in ((steps.articles, articles), (steps.links, links)):
            for row in table:
                assert row.max() <= size
                assert len(set(row[row < size])) == (row < size).sum()


def test_the_pool_comes_first() -> None:
    distinct, place = sampling.numbered(np.array([9, 2, 4, 9], np.int32), 10, np.array([7, 4], np.int32))
    assert distinct.tolist() == [7, 4, 2, 9]
    assert place.tolist() == [3, 2, 1, 3]


def test_epochs_differ_and_shapes_do_not() -> None:
    pairs = random_pairs(50, 30, 0.2)
    one, two = (
        sampling.softmax_steps(pairs, link_counts(pairs), 8, 10, 0.75, np.random.default_rng(seed)) for seed in (1, 2)
    )
    assert [array.shape for array in one] == [array.shape for array in two]
    assert (one.articles != two.articles).any()
    assert (one.links[:, :10] != two.links[:, :10]).any()


def test_dealing_evens_out_the_steps() -> None:
    counts = np.random.default_rng(0).zipf(1.8, 1000).clip(max=200)
    dealt = sampling.deal(counts, 10, np.random.default_rng(1))
    sums = counts[dealt].sum(axis=1)
    assert sorted(dealt.ravel().tolist()) == list(range(1000))
    assert sums.max() <= sampling.pairs_per_step(counts, 10) <= sums.mean() + counts.max()


def test_the_pool_is_drawn_by_the_power_of_the_counts() -> None:
    counts = np.array([1, 16, 81, 256])  # Drawn by 1, 8, 27, 64, so the last two are sure.
    drawn = sampling.draw_pools(counts, 0.75, (40_000, 3), np.random.default_rng(0))
    expected = sampling.chances(counts, 0.75, 3)
    assert expected.sum() == pytest.approx(3)
    assert expected == pytest.approx([1 / 9, 8 / 9, 1, 1])
    assert (np.sort(drawn, axis=1)[:, 1:] > np.sort(drawn, axis=1)[:, :-1]).all()
    assert np.bincount(drawn.ravel()) / 40_000 == pytest.approx(expected, rel=0.05)


def test_few_links_are_all_in_the_pool() -> None:
    counts = np.array([4, 9])
    assert sampling.draw_pools(counts, 0.75, (3, 2), np.random.default_rng(0)).tolist() == [[0, 1]] * 3
    assert sampling.chances(counts, 0.75, 2).tolist() == [1, 1]


@given(st.integers(1, 20), st.integers(1, 20), st.floats(0, 1), st.integers(0, 5))
def test_other_pairs_are_never_true(articles: int, links: int, share: float, seed: int) -> None:
    pairs = random_pairs(articles, links, share, seed)
    article, link = sampling.other_pairs(pairs, (3, 50), np.random.default_rng(seed))
    true = keys(pairs, pairs.article_index, pairs.link_index)
    assert not np.isin(keys(pairs, article, link), true).any()
    assert article.shape == link.shape == (3, 0 if len(true) == articles * links else 50)
    if article.size:
        assert 0 <= article.min() <= article.max() < articles
        assert 0 <= link.min() <= link.max() < links


def test_other_pairs_are_uniform_over_all_the_rest() -> None:
    pairs = random_pairs(7, 9, 0.6)
    rest = 63 - len(pairs.article_index)
    article, link = sampling.other_pairs(pairs, (rest, 1000), np.random.default_rng(0))
    counts = np.bincount(keys(pairs, article, link).ravel(), minlength=63)
    assert (counts > 0).sum() == rest
    chi_square = ((counts[counts > 0] - 1000) ** 2 / 1000).sum()
    assert chi_square < rest + 5 * np.sqrt(2 * rest)  # This is the mean and five deviations.


def test_a_pointwise_epoch_holds_every_pair() -> None:
    pairs = random_pairs(40, 30, 0.2)
    steps = sampling.pointwise_steps(pairs, 64, 128, np.random.default_rng(0))
    true = steps.true == 1
    assert (true.sum(axis=1) == 64).all()
    assert (~true).sum() == 2 * true.sum()
    article = np.take_along_axis(steps.articles, steps.seat, axis=1)
    link = np.take_along_axis(steps.links, steps.place, axis=1)
    held = keys(pairs, article[true], link[true])
    assert np.unique(held).tolist() == keys(pairs, pairs.article_index, pairs.link_index).tolist()
    assert len(held) - len(np.unique(held)) < 64


def test_few_pairs_make_one_small_step() -> None:
    pairs = random_pairs(5, 5, 0.1)
    steps = sampling.pointwise_steps(pairs, 1024, 2048, np.random.default_rng(0))
    assert steps.true.shape == (1, 3 * len(pairs.article_index))
