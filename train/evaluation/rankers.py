"""The ways that are compared: by vectors, and without any."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.config import DecidedSettings
from train.evaluation.neighbours import NEIGHBOURS, nearest
from train.evaluation.ranking import Scores
from train.evaluation.scores import link_scores
from train.trimming import article_counts, by_link, link_counts

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]

TFIDF_NEIGHBOURS = 50


class Way(NamedTuple):
    """One way to rank links and to find neighbours.

    Attributes
    ----------
    scores : function of articles
        See `ranking.Scores`.
    neighbours : int64 array of shape (n_articles, 10), or None
        None if the way finds no neighbours.
    """

    scores: Scores
    neighbours: Int64 | None


def by_vectors(articles: Float32, trained: Float32, links: Float32, pairs: Pairs, settings: DecidedSettings) -> Way:
    """By unit vectors, as a model stores them: neighbours by the articles', links by the trained ones."""
    counts = link_counts(pairs)
    neighbours, _ = nearest(lambda some: articles[some] @ articles.T, len(articles), NEIGHBOURS)
    return Way(lambda some: link_scores(trained[some], links, counts, settings), neighbours)


def by_popularity(pairs: Pairs) -> Way:
    """Every article gets the links that most articles have."""
    counts = link_counts(pairs).astype(np.float32)
    return Way(lambda some: np.tile(counts, (len(some), 1)), None)


def by_tfidf(pairs: Pairs) -> Way:
    """The links of the 50 most similar articles. Each link counts as much as its article is similar.

    The similarity is the cosine of the articles' links, in which a link weighs log(articles / articles of the link).
    """
    places, cosines = nearest(TfIdf(pairs), len(pairs.article_ids), TFIDF_NEIGHBOURS)
    links_of = np.split(pairs.link_index, np.cumsum(article_counts(pairs))[:-1])

    def scores(some: Int64) -> Float32:
        matrix = np.zeros((len(some), len(pairs.link_ids)), np.float32)
        for row, article in zip(matrix, some, strict=True):
            for neighbour, cosine in zip(places[article], cosines[article], strict=True):
                row[links_of[neighbour]] += cosine
        return matrix

    return Way(scores, places[:, :NEIGHBOURS])


class TfIdf:
    """The cosines, made row by row from the articles of each link, because numpy has no sparse matrices."""

    def __init__(self, pairs: Pairs) -> None:
        counts = link_counts(pairs)
        weight = np.log(len(pairs.article_ids) / counts)
        self.articles_of = np.split(by_link(pairs).link_index, np.cumsum(counts)[:-1])
        self.links_of = np.split(pairs.link_index, np.cumsum(article_counts(pairs))[:-1])
        self.squared, self.counts = weight**2, counts
        lengths = np.sqrt(np.bincount(pairs.article_index, self.squared[pairs.link_index]))
        self.lengths = np.maximum(lengths, 1e-12)  # It is 0 if all articles have all of its links.

    def __call__(self, some: Int64) -> Float32:
        """See `neighbours.Similarities`."""
        return np.array([self._row(article) for article in some], np.float32)

    def _row(self, article: int) -> Any:
        links = self.links_of[article]
        others = np.concatenate([self.articles_of[link] for link in links])
        weights = np.repeat(self.squared[links], self.counts[links])
        return np.bincount(others, weights, len(self.lengths)) / self.lengths / self.lengths[article]
