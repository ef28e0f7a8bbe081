"""What an evaluation measures, against answers worked out by hand and against slow, obvious code."""

import math
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.facet_values import Facet
from db.pairs import Pairs
from tests.support.planted_blocks import blocks, decided, pairs_of
from train.evaluation.measure import estimates, measure
from train.evaluation.neighbours import agreement, nearest
from train.evaluation.rankers import Way, by_popularity, by_tfidf, by_vectors
from train.evaluation.ranking import ranking_measures, ranks
from train.evaluation.scores import link_scores
from train.evaluation.split import Split, hold_out
from train.trimming import article_counts, link_counts

NAN = math.nan


def split_of(rows: list[set[int]], held: list[tuple[int, int]]) -> Split:
    article, link = np.array(held, np.int64).reshape(-1, 2).T
    return Split(pairs_of(rows), article, link)


def as_set(pairs: Pairs) -> set[tuple[int, int]]:
    ids = pairs.article_ids[pairs.article_index], pairs.link_ids[pairs.link_index]
    return set(zip(*(side.tolist() for side in ids), strict=True))


@given(
    st.lists(st.sets(st.integers(0, 30), min_size=1, max_size=31), min_size=1, max_size=12), st.integers(0, 2**31 - 1)
)
def test_a_tenth_of_each_article_is_held_out(rows: list[set[int]], seed: int) -> None:
    numbers = {link: number for number, link in enumerate(sorted(set().union(*rows)))}
    pairs = pairs_of([{numbers[link] for link in row} for row in rows])
    split = hold_out(pairs, seed)
    held = np.bincount(split.article, minlength=len(rows))
    assert held.tolist() == [(len(row) + 5) // 10 for row in rows]
    assert split.train.article_ids.tolist() == pairs.article_ids.tolist()
    assert (link_counts(split.train) > 0).all()
    kept = as_set(split.train)
    assert kept <= as_set(pairs)
    assert len(kept) + len(split.article) == len(pairs.article_index)
    for article, link in zip(split.article, split.link, strict=True):
        if link >= 0:
            pair = (split.train.article_ids[article], split.train.link_ids[link])
            assert pair in as_set(pairs) - kept
    again = hold_out(pairs, seed)
    assert all(np.array_equal(one, other) for one, other in zip(split[1:], again[1:], strict=True))


def test_another_seed_holds_out_others() -> None:
    pairs, _ = blocks()
    assert hold_out(pairs, 0).link.tolist() != hold_out(pairs, 1).link.tolist()


def test_a_link_whose_pairs_are_all_held_out_cannot_be_found() -> None:
    pairs = pairs_of([{0, 1, 2, 3, 4}])
    split = hold_out(pairs, 0)
    assert (len(split.train.link_ids), split.article.tolist(), split.link.tolist()) == (4, [0], [-1])
    places = ranks(lambda some: np.zeros((len(some), 4), np.float32), split)
    assert places.tolist() == [math.inf]
    assert all(values.tolist() == [0] for values in ranking_measures(places, split).values())


def test_places_by_hand() -> None:
    # Article 0 was trained on links 0 and 1, so its order of the others is 4, 2, 3; article 1's order is 1, 0, 4 = 3.
    split = split_of([{0, 1}, {2}, {3, 4}], [(0, 2), (0, 4), (1, 3)])
    scores = np.array([[9, 8, 2, 1, 7], [4, 5, 9, 3, 3], [0, 0, 0, 0, 0]], np.float32)
    places = ranks(lambda some: scores[some].copy(), split)
    assert places.tolist() == [2, 1, 4]  # The tie counts against link 3.
    found = ranking_measures(places, split)
    assert found["recall@20"].tolist() == pytest.approx([1, 1, NAN], nan_ok=True)
    assert found["MRR"].tolist() == pytest.approx([1, 1 / 4, NAN], nan_ok=True)
    assert found["NDCG@20"].tolist() == pytest.approx([1, 1 / math.log2(5), NAN], nan_ok=True)


def test_measures_by_hand() -> None:
    split = split_of([{0}, {1}], [(0, 1), (0, 1), (0, 1), (0, 1), (1, 0)])
    found = ranking_measures(np.array([2, 20, 21, 51, 50.0]), split)
    assert found["recall@20"].tolist() == [2 / 4, 0]
    assert found["recall@50"].tolist() == [3 / 4, 1]
    assert found["MRR"].tolist() == [1 / 2, 1 / 50]
    ideal = sum(1 / math.log2(1 + place) for place in (1, 2, 3, 4))
    assert found["NDCG@20"].tolist() == pytest.approx([(1 / math.log2(3) + 1 / math.log2(21)) / ideal, 0])


def test_more_held_out_than_twenty_can_still_be_all_right() -> None:
    split = split_of([{0}], [(0, 1)] * 25)
    found = ranking_measures(np.arange(1.0, 26), split)
    assert found["NDCG@20"].tolist() == pytest.approx([1])
    assert found["recall@20"].tolist() == [20 / 25]


@pytest.mark.parametrize("seed", range(10))
def test_ranks_equal_a_sort_of_every_row(seed: int) -> None:
    random = np.random.default_rng(seed)
    pairs = pairs_of([{int(link) for link in random.choice(20, 12, replace=False)} | {19} for _ in range(300)])
    split = hold_out(pairs, seed)
    scores = random.permuted(np.tile(np.arange(len(split.train.link_ids), dtype=np.float32), (300, 1)), axis=1)
    expected = []
    for article, link in zip(split.article, split.link, strict=True):
        known = set(split.train.link_index[split.train.article_index == article].tolist())
        order = [other for other in np.argsort(-scores[article]).tolist() if other not in known]
        expected.append(order.index(link) + 1 if link >= 0 else math.inf)
    assert ranks(lambda some: scores[some].copy(), split).tolist() == expected  # There are two blocks of articles.


def test_nearest_by_hand_and_never_the_article_itself() -> None:
    similarity = np.array([[1, 0.2, 0.9], [0.2, 1, 0.5], [0.9, 0.5, 1]], np.float32)
    places, values = nearest(lambda some: similarity[some].copy(), 3, 10)
    assert places.tolist() == [[2, 1], [2, 0], [0, 1]]
    assert values[0].tolist() == pytest.approx([0.9, 0.2])
    assert nearest(lambda some: np.ones((1, 1), np.float32), 1, 10)[0].shape == (1, 0)


def test_agreement_by_hand() -> None:
    # Articles 0 and 1 share value 0, articles 1 and 2 value 1; article 3 has a value of its own, article 4 none.
    facet = Facet(np.array([0, 1, 1, 2, 3], np.int32), np.array([0, 0, 1, 1, 2], np.int32))
    neighbours = np.array([[1, 2], [0, 2], [3, 4], [0, 1], [0, 1]])
    shares = agreement({"way": neighbours}, facet, 5)
    assert shares["way"].tolist() == pytest.approx([1 / 2, 1, 0, NAN, NAN], nan_ok=True)
    assert shares["chance"].tolist() == pytest.approx([1 / 4, 2 / 4, 1 / 4, NAN, NAN], nan_ok=True)


def test_chance_is_what_random_neighbours_give() -> None:
    random = np.random.default_rng(0)
    facet = Facet(np.arange(400, dtype=np.int32), random.integers(5, size=400).astype(np.int32))
    neighbours = np.array([random.choice(np.delete(np.arange(400), one), 10, replace=False) for one in range(400)])
    shares = agreement({"random": neighbours}, facet, 400)
    assert shares["random"].mean() == pytest.approx(shares["chance"].mean(), abs=0.02)


def test_a_facet_that_no_article_has() -> None:
    nothing = np.empty(0, np.int32)
    shares = agreement({"way": np.array([[1], [0]])}, Facet(nothing, nothing), 2)
    assert np.isnan([*shares["way"], *shares["chance"]]).all()


def test_scores_by_hand() -> None:
    articles, links = np.array([[1, 0]], np.float32), np.array([[0, 1], [0.6, 0.8]], np.float32)
    counts = np.array([7, 1])
    settings = decided(pairs_of([{0}]), temperature=0.1, popularity=0.8)
    assert link_scores(articles, links, counts, settings)[0] == pytest.approx([0.8 * math.log(7), 0.6 * 1.25 / 0.1])
    sharper = replace(settings, sharpness=2.0)
    assert link_scores(articles, links, counts, sharper)[0] == pytest.approx([0.8 * math.log(7), 0.6 * 2 / 0.1])
    pointwise = replace(settings, objective="mse")
    assert link_scores(articles, links, counts, pointwise)[0] == pytest.approx([0, 0.6])


def test_popularity_ranks_by_articles() -> None:
    way = by_popularity(pairs_of([{0, 2}, {2}, {1, 2}, {1}]))
    assert way.scores(np.array([3, 0])).tolist() == [[1, 2, 3]] * 2
    assert way.neighbours is None


def test_tfidf_equals_dense_matrices() -> None:
    pairs, _ = blocks()
    matrix = np.zeros((len(pairs.article_ids), len(pairs.link_ids)))
    matrix[pairs.article_index, pairs.link_index] = 1
    weighted = matrix * np.log(len(matrix) / matrix.sum(axis=0))
    weighted /= np.linalg.norm(weighted, axis=1, keepdims=True)
    cosine = weighted @ weighted.T
    np.fill_diagonal(cosine, -1)
    way = by_tfidf(pairs)
    assert way.neighbours is not None
    assert np.take_along_axis(cosine, way.neighbours, 1) == pytest.approx(-np.sort(-cosine, axis=1)[:, :10])
    kept = np.where(cosine >= -np.sort(-cosine, axis=1)[:, 49:50], cosine, 0)
    assert way.scores(np.arange(len(matrix))) == pytest.approx(kept @ matrix, abs=1e-5)


def test_planted_blocks_are_found_by_tfidf_and_not_by_popularity() -> None:
    pairs, block_of = blocks(articles=40)
    split = hold_out(pairs, 0)
    facets = {"block": Facet(np.arange(len(block_of), dtype=np.int32), block_of.astype(np.int32))}
    measured = measure({"popularity": by_popularity(split.train), "TF-IDF": by_tfidf(split.train)}, split, facets)
    means = {key: one.mean for key, one in estimates([measured]).items()}
    assert means["TF-IDF", "recall@20"] > 0.8 > 0.5 > means["popularity", "recall@20"]
    assert means["TF-IDF", "block"] > 0.95
    assert means["chance", "block"] == pytest.approx(39 / 239, abs=1e-4)
    assert ("popularity", "block") not in means


def test_vectors_rank_by_the_shipped_formula() -> None:
    pairs = pairs_of([{0, 1}, {1, 2}, {0, 2}])
    random = np.random.default_rng(0)
    articles, links = (rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in random.normal(size=(2, 3, 4)))
    settings = decided(pairs, temperature=0.2)
    way = by_vectors(links.astype(np.float32), articles.astype(np.float32), links.astype(np.float32), pairs, settings)
    expected = articles @ links.T * 1.25 / 0.2 + 0.8 * np.log(2)
    assert way.scores(np.arange(3)) == pytest.approx(expected, abs=1e-4)
    assert article_counts(pairs).tolist() == [2, 2, 2]


def test_the_interval_is_that_of_the_mean_and_the_same_twice() -> None:
    values = np.append(np.random.default_rng(1).normal(0.5, 0.1, 2000), [NAN] * 50)
    found = estimates([{("way", "a"): values, ("way", "none"): np.full(2050, NAN)}])
    assert found == estimates([{("way", "a"): values, ("way", "none"): np.full(2050, NAN)}])
    (estimate,) = found.values()  # What no article has is left out.
    assert estimate.mean == pytest.approx(np.nanmean(values), abs=5e-5)
    error = 1.96 * np.nanstd(values) / math.sqrt(2000)
    assert (estimate.low, estimate.high) == pytest.approx((estimate.mean - error, estimate.mean + error), abs=0.001)


def test_the_mean_of_splits_is_taken_article_by_article() -> None:
    splits = [{("way", "a"): np.array([0, 1, NAN])}, {("way", "a"): np.array([1, 1, NAN])}]
    assert estimates(splits)["way", "a"].mean == 0.75


def test_a_way_is_asked_in_blocks() -> None:
    split = hold_out(pairs_of([{0, 1, 2, 3, 4}] * 600), 0)
    sizes: list[int] = []

    def scores(some: np.ndarray) -> np.ndarray:
        sizes.append(len(some))
        return np.zeros((len(some), 5), np.float32)

    measure({"flat": Way(scores, None)}, split, {})
    assert sizes == [256, 256, 88]
