"""From trained tables to the unit vectors that are stored."""

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.trimming import link_counts

Float32 = NDArray[np.float32]

ARTICLES_AT_A_TIME = 512


def unit(rows: Float32) -> Float32:
    """Each row divided by its length, float32 of the same shape."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def article_vectors(trained: Float32, links: Float32, pairs: Pairs, trained_weight: float) -> Float32:
    """The vectors by which neighbours are found: the mean of each article's links, drawn towards its trained vector.

    The trained vector ranks links best. The mean of the links alone finds the neighbours that readers like best.

    Parameters
    ----------
    trained : float32 array of shape (n_articles, dimensions)
        Unit rows.
    links : float32 array of shape (n_links, dimensions)
        Unit rows.
    trained_weight : float
        Weight of the trained vector; the mean has 1.

    Returns
    -------
    float32 array of shape (n_articles, dimensions)
        Unit rows; the trained vector where the links cancel out.
    """
    rows = trained_weight * trained + mean_of_links(links, pairs)
    return unit(np.where(rows.any(axis=1, keepdims=True), rows, trained))


def mean_of_links(links: Float32, pairs: Pairs) -> Float32:
    """The direction of each article's mean link vector, in which a link of few articles weighs more.

    Returns
    -------
    float32 array of shape (n_articles, dimensions)
        Unit rows; zero where the links cancel out.
    """
    weighted = rarity(pairs)[:, None] * links
    first_pair = np.searchsorted(pairs.article_index, np.arange(len(pairs.article_ids) + 1))
    sums = np.empty((len(pairs.article_ids), links.shape[1]), np.float32)
    for start in range(0, len(sums), ARTICLES_AT_A_TIME):  # All pairs at once would take 200 bytes each.
        first = first_pair[start : start + ARTICLES_AT_A_TIME + 1]
        rows = weighted[pairs.link_index[first[0] : first[-1]]]
        np.add.reduceat(rows, first[:-1] - first[0], axis=0, out=sums[start : start + len(first) - 1])
    sums /= np.maximum(np.linalg.norm(sums, axis=1, keepdims=True), 1e-12)
    return sums


def rarity(pairs: Pairs) -> Float32:
    """The weight of each link in a mean of links: log(1 + articles / articles of the link).

    Returns
    -------
    float32 array of shape (n_links,)
        In the order of the pairs' link ids.
    """
    return np.log1p(len(pairs.article_ids) / link_counts(pairs)).astype(np.float32)
