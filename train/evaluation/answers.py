"""Ways to find similar articles: what they answer at any prominence, and how right that is."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.pairs import Int32, Pairs
from train.evaluation.neighbours import Similarities
from train.evaluation.questions import Questions
from train.evaluation.rankers import TfIdf
from train.evaluation.ranking import blocks

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

ANSWERS = 20
NO_ANSWER = -1


class Finder(NamedTuple):
    """One way to find similar articles.

    Attributes
    ----------
    article_ids : int32 array of shape (n_articles,)
        What it can be asked for, and what it can answer; ascending.
    similarities : function of positions
        See `neighbours.Similarities`.
    """

    article_ids: Int32
    similarities: Similarities


def by_vectors(article_ids: Int32, vectors: Float32) -> Finder:
    """By the cosine of unit vectors, as a model stores them."""
    return Finder(article_ids, lambda some: vectors[some] @ vectors.T)


def by_tfidf(pairs: Pairs) -> Finder:
    """By the cosine of the articles' links, in which a link weighs log(articles / articles of the link)."""
    return Finder(pairs.article_ids, TfIdf(pairs))


def by_prominence_alone(article_ids: Int32) -> Finder:
    """Whatever is asked, all articles are equally similar."""
    return Finder(article_ids, lambda some: np.zeros((len(some), len(article_ids)), np.float32))


def answers(finder: Finder, z: Float32, asked: Int64, weights: Sequence[float]) -> Int64:
    """The 20 articles of the highest similarity + weight x z for each weight and article, without the article itself.

    Parameters
    ----------
    z : float32 array of shape (n_articles,)
        How prominent the finder's articles are.
    asked : int64 array of shape (n_asked,)
        Article ids.

    Returns
    -------
    int64 array of shape (n_weights, n_asked, min(20, n_articles - 1))
        Article ids, the best first, and of equal ones the lower id first. -1 for an article that the finder does not
        know.
    """
    known = np.flatnonzero(np.isin(asked, finder.article_ids))
    places = np.searchsorted(finder.article_ids, asked[known])
    count = min(ANSWERS, len(finder.article_ids) - 1)
    found = np.full((len(weights), len(asked), count), NO_ANSWER)
    for block in blocks(len(known)):
        similarities = finder.similarities(places[block])
        similarities[np.arange(len(block)), places[block]] = -np.inf
        for number, weight in enumerate(weights):
            scores = similarities + np.float32(weight) * z
            best = np.array([_highest(row, count) for row in scores])
            found[number, known[block]] = finder.article_ids[best]
    return found


def measures(questions: Questions, found: Int64, article_ids: Int32, shares: Float64) -> dict[str, Float64]:
    """nDCG@20, recall@20 and the mean percentile of the answers' prominence, averaged by group.

    Parameters
    ----------
    found : int64 array of shape (n_questions, count)
        The answers to each question: article ids, or -1.
    article_ids, shares : arrays of shape (n_articles,)
        The percentile of each article's prominence.

    Returns
    -------
    dict of float64 arrays of shape (n_groups,)
        A question without an answer counts 0, and has no percentile.
    """
    right = questions.are_right(found)
    discount = 1 / np.log2(np.arange(2, ANSWERS + 2))
    ideal = np.cumsum(discount)[np.minimum(questions.n_right, ANSWERS) - 1]
    percentile = shares[np.minimum(np.searchsorted(article_ids, found), len(article_ids) - 1)]
    n_answers = (found != NO_ANSWER).sum(axis=1)
    return {
        "NDCG@20": _by_group(questions.group, right @ discount[: found.shape[1]] / ideal),
        "recall@20": _by_group(questions.group, right.sum(axis=1) / questions.n_right),
        "percentile": _by_group(questions.group, percentile.sum(axis=1) / np.where(n_answers, n_answers, np.nan)),
    }


def _highest(row: Float32, count: int) -> Int64:
    """The positions of the highest values; of equal values the first ones."""
    least = np.partition(row, -count)[-count]
    candidates = np.flatnonzero(row >= least)
    return candidates[np.argsort(-row[candidates], kind="stable")][:count]


def _by_group(group: Int64, values: Float64) -> Float64:
    """The mean of each group's values that are not NaN."""
    known = np.isfinite(values)
    n_groups = int(group.max()) + 1
    with np.errstate(invalid="ignore"):  # A group may have no value.
        return np.bincount(group[known], values[known], n_groups) / np.bincount(group[known], minlength=n_groups)
