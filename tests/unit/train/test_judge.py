"""What judges measure, against answers worked out by hand and against slow, obvious code."""

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.judging import Prominences
from tests.support.planted import unit_rows
from tests.support.planted_blocks import blocks
from train.evaluation.answers import Finder, answers, by_prominence_alone, by_tfidf, by_vectors, measures
from train.evaluation.judge import judge
from train.evaluation.prominence import SCALE, percentiles
from train.evaluation.questions import Questions, of_readers

IDS = np.array([10, 20, 30, 40, 50, 60], np.int32)
NAN = math.nan


def prominences(z: list[float], topic: list[int] | None = None) -> Prominences:
    ids = np.arange(1, len(z) + 1, dtype=np.int32) * 10
    return Prominences(ids, np.array(topic or [0] * len(z), np.int32), np.array(z, np.float32))


def test_every_like_of_a_reader_is_a_question() -> None:
    questions = of_readers(
        {"few": [10, 20, 30, 40], "ann": IDS[:5].tolist(), "bob": IDS.tolist(), "all": list(range(101))}
    )
    assert questions.group.tolist() == [0] * 5 + [1] * 6
    assert questions.asked.tolist() == [*IDS[:5], *IDS]
    assert questions.n_right.tolist() == [4] * 5 + [5] * 6
    answered = np.tile([60, 10, -1, 70], (11, 1))
    assert questions.are_right(answered)[[0, 5]].tolist() == [[False, True, False, False], [True, True, False, False]]


def test_a_hundred_likes_are_not_too_many_and_none_is_no_question() -> None:
    assert len(of_readers({"a": list(range(100))}).asked) == 100
    assert len(of_readers({"a": [10]}).asked) == 0


def test_measures_by_hand() -> None:
    # The reader likes 10 to 50. Asked for 10, right are 20 to 50: places 1 and 3 of the answers. 50 has no answer.
    questions = Questions(np.zeros(2, np.int64), np.array([10, 50]), np.array([4, 4]), np.array([10, 20, 30, 40, 50]))
    shares = np.array([0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
    found = measures(questions, np.array([[30, 60, 20], [-1, -1, -1]]), IDS, shares)
    gain = 1 / math.log2(2) + 1 / math.log2(4)
    ideal = sum(1 / math.log2(1 + place) for place in (1, 2, 3, 4))
    assert found["NDCG@20"].tolist() == pytest.approx([gain / ideal / 2])
    assert found["recall@20"].tolist() == [2 / 4 / 2]
    assert found["percentile"].tolist() == pytest.approx([(0.3 + 0.6 + 0.2) / 3])


def test_a_reader_counts_once_however_much_he_likes() -> None:
    questions = Questions(np.array([0, 1, 1, 1]), np.array([10] * 4), np.array([1] * 4), np.array([20, (1 << 32) + 20]))
    found = measures(questions, np.array([[20], [30], [30], [20]]), IDS, np.full(6, 0.5))
    assert found["NDCG@20"].tolist() == pytest.approx([1, 1 / 3])


def test_more_right_answers_than_twenty_can_still_be_all_right() -> None:
    ids = np.arange(1, 27, dtype=np.int32)
    questions = Questions(np.zeros(1, np.int64), np.array([1]), np.array([25]), ids.astype(np.int64))
    found = measures(questions, np.arange(2, 22)[None], ids, np.full(26, 0.5))
    assert found["NDCG@20"].tolist() == pytest.approx([1])
    assert found["recall@20"].tolist() == [20 / 25]


def test_without_any_answer_there_is_no_percentile() -> None:
    questions = of_readers({"a": IDS.tolist()})
    found = measures(questions, np.full((6, 3), -1), IDS, np.full(6, 0.5))
    assert [values.tolist() for values in found.values()] == [[0], [0], pytest.approx([NAN], nan_ok=True)]


def test_percentiles_by_hand() -> None:
    known = prominences([-1.2, 0, 0, 1.2, 0], [1, 0, 1, 1, 0])
    assert percentiles(known).tolist() == pytest.approx([1 / 6, 1 / 2, 1 / 2, 5 / 6, 1 / 2])
    some = known.of(np.array([30, 40], np.int32))
    assert (some.article_ids.tolist(), percentiles(some).tolist()) == ([30, 40], [1 / 4, 3 / 4])


@given(st.integers(0, 2**31 - 1), st.integers(2, 40))
def test_answers_equal_a_sort_of_every_row(seed: int, n_articles: int) -> None:
    random = np.random.default_rng(seed)
    ids = np.sort(random.choice(1000, n_articles, replace=False)).astype(np.int32)
    similarity = random.integers(4, size=(n_articles, n_articles)).astype(np.float32)  # There are many equal ones.
    z = random.integers(-1, 2, size=n_articles).astype(np.float32)
    asked = np.unique([*random.choice(ids, min(5, n_articles)), 1001])
    finder = Finder(ids, lambda some: similarity[some].copy())
    for weight, found in zip((0.0, -2.0), answers(finder, z, asked, [0.0, -2.0]), strict=True):
        for article_id, row in zip(asked.tolist(), found.tolist(), strict=True):
            if article_id == 1001:
                assert set(row) <= {-1}
                continue
            scores = similarity[np.searchsorted(ids, article_id)] + weight * z
            order = sorted((-score, other) for score, other in zip(scores.tolist(), ids.tolist(), strict=True))
            assert row == [other for _, other in order if other != article_id][:20]


def test_a_judge_finds_what_is_planted() -> None:
    """Readers like what one of six blocks has, and of it more what is prominent."""
    pairs, block_of = blocks(articles=40)
    random = np.random.default_rng(0)
    z = random.normal(size=240).clip(-3, 3).astype(np.float32)
    known = Prominences(pairs.article_ids, np.zeros(240, np.int32), z)
    chance = np.exp(known.z)
    liked = {}
    for reader in range(60):
        own = np.flatnonzero(block_of == reader % 6)
        of_block = random.choice(own, 8, replace=False, p=chance[own] / chance[own].sum())
        liked[str(reader)] = sorted(pairs.article_ids[of_block].tolist())
    questions = of_readers(liked)
    vectors = by_vectors(pairs.article_ids, unit_rows(240, 8))
    judged = judge(vectors, by_tfidf(pairs), questions, known)
    assert judged == judge(vectors, by_tfidf(pairs), questions, known)
    rows = {(row["way"], row["prominence"]): row for row in judged["answers"]}
    tfidf = [row for row in judged["answers"] if row["way"] == "TF-IDF"]
    assert rows["TF-IDF", 0]["NDCG@20"]["mean"] > rows["model", 0]["NDCG@20"]["mean"]  # Its vectors are random.
    assert max(tfidf, key=lambda row: row["NDCG@20"]["mean"])["best"]
    assert max(tfidf, key=lambda row: row["NDCG@20"]["mean"])["weight"] > 0
    assert sum(row["best"] for row in tfidf) == 1
    assert abs(next(row["weight"] for row in judged["answers"] if row["way"] == "model" and row["best"])) <= SCALE
    percentile = [row["percentile"]["mean"] for row in tfidf]
    assert percentile == sorted(percentile)  # The rows are in the order of their weights.
    assert rows["prominence alone", None]["percentile"]["mean"] > percentile[-1]
    assert judged["lead"]["high"] < 0
    assert by_prominence_alone(IDS).similarities(np.arange(2)).tolist() == [[0] * 6] * 2


def test_of_equally_good_weights_the_one_that_changes_least_is_the_best() -> None:
    known = prominences([-1.5, -1, 0, 0, 1, 1.5])
    finder = by_vectors(IDS, unit_rows(6, 4))
    questions = of_readers({"ann": IDS[:5].tolist()})  # Five answers are all others, so recall is the same throughout.
    everything = Questions(questions.group, questions.asked, questions.n_right + 1, IDS.astype(np.int64))
    best = [row for row in judge(finder, finder, everything, known)["answers"] if row["best"]]
    assert [(row["way"], row["weight"], row["NDCG@20"]["mean"]) for row in best] == [("model", 0, 1), ("TF-IDF", 0, 1)]
