"""Every link is ranked for every article, and the places of the held-out ones are measured."""

from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from train.evaluation.split import Split

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
# From positions of articles, of shape (n,), to a new array of shape (n, n_links). A higher score is better.
Scores = Callable[[Int64], Float32]

ARTICLES_AT_ONCE = 256  # Their scores take 42 MB with 41,758 links.


def blocks(n_articles: int) -> Iterator[Int64]:
    """The positions of all articles, a block at a time."""
    for start in range(0, n_articles, ARTICLES_AT_ONCE):
        yield np.arange(start, min(start + ARTICLES_AT_ONCE, n_articles))


def ranks(scores: Scores, split: Split) -> Float64:
    """The place of each held-out link among all links but those its article was trained on.

    All links are ranked, not a sample of them: figures from a sample can put the ways in another order (Krichene and
    Rendle, KDD 2020).

    Returns
    -------
    float64 array of shape (n_held_out,)
        1 is the best. Links with an equal score count as better ones. A link that the training part lacks has infinity.
    """
    places = np.full(len(split.article), np.inf)
    pairs = split.train
    for articles in blocks(len(pairs.article_ids)):
        first, past = articles[0], articles[-1] + 1
        matrix = scores(articles)
        known = slice(*np.searchsorted(pairs.article_index, [first, past]))
        matrix[pairs.article_index[known] - first, pairs.link_index[known]] = -np.inf
        for held in range(*np.searchsorted(split.article, [first, past])):
            if split.link[held] >= 0:
                row = matrix[split.article[held] - first]
                places[held] = np.count_nonzero(row >= row[split.link[held]])
    return places


def ranking_measures(places: Float64, split: Split) -> dict[str, Float64]:
    """recall@20, recall@50, NDCG@20 and the reciprocal rank of the first held-out link, for each article.

    Returns
    -------
    dict of float64 arrays of shape (n_articles,)
        NaN for an article with nothing held out.
    """
    n_articles = len(split.train.article_ids)
    held = np.bincount(split.article, minlength=n_articles)
    some = np.where(held > 0, held, np.nan)
    best = np.zeros(n_articles)
    np.maximum.at(best, split.article, 1 / places)

    def total(values: Float64) -> Float64:
        return np.asarray(np.bincount(split.article, values, n_articles), np.float64)

    gain = np.where(places <= 20, 1 / np.log2(1 + places), 0)
    ideal = np.append(np.nan, np.cumsum(1 / np.log2(np.arange(2, 22))))[np.minimum(held, 20)]
    return {
        "recall@20": total((places <= 20).astype(float)) / some,
        "recall@50": total((places <= 50).astype(float)) / some,
        "NDCG@20": total(gain) / ideal,
        "MRR": np.where(held > 0, best, np.nan),
    }
