"""The most similar articles, and whether they agree in their facets."""

from collections.abc import Callable, Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from db.facet_values import Facet
from train.evaluation.ranking import blocks

Int64 = NDArray[np.int64]
Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
# From positions of articles, of shape (n,), to a new array of shape (n, n_articles).
Similarities = Callable[[Int64], Float32]

NEIGHBOURS = 10


def nearest(similarities: Similarities, n_articles: int, count: int) -> tuple[Int64, Float32]:
    """The most similar other articles of each article, and how similar they are; the best first.

    Returns
    -------
    int64 and float32 arrays of shape (n_articles, min(count, n_articles - 1))
    """
    count = min(count, n_articles - 1)
    places = np.empty((n_articles, count), np.int64)
    values = np.empty((n_articles, count), np.float32)
    for articles in blocks(n_articles):
        matrix = similarities(articles)
        matrix[np.arange(len(articles)), articles] = -np.inf
        top = np.argpartition(-matrix, count, axis=1)[:, :count]
        order = np.argsort(-np.take_along_axis(matrix, top, axis=1), axis=1, kind="stable")
        places[articles] = np.take_along_axis(top, order, axis=1)
        values[articles] = np.take_along_axis(matrix, places[articles], axis=1)
    return places, values


def agreement(neighbours: Mapping[str, Int64], facet: Facet, n_articles: int) -> dict[str, Float64]:
    """For each article, the share of its ten neighbours that have a value of the facet in common with it.

    Parameters
    ----------
    neighbours : mapping of names to int64 arrays of shape (n_articles, 10)
        One array for each way that is compared.

    Returns
    -------
    dict of float64 arrays of shape (n_articles,)
        Under the same names, and under "chance" what ten random other articles would give on average. An article that
        shares no value with any other has NaN, because nothing could agree with it.
    """
    shares = {name: np.full(n_articles, np.nan) for name in (*neighbours, "chance")}
    for article, agrees in _agreeing(facet, n_articles):
        shares["chance"][article] = agrees.sum() / (n_articles - 1)
        for name, places in neighbours.items():
            shares[name][article] = agrees[places[article]].mean()
    return shares


def _agreeing(facet: Facet, n_articles: int) -> Iterator[tuple[int, NDArray[np.bool_]]]:
    """Each article that shares a value with another, and for every article whether it is one of those others."""
    articles_of = _grouped(facet.article, facet.value, int(facet.value.max(initial=-1)) + 1)
    for article, values in enumerate(_grouped(facet.value, facet.article, n_articles)):
        agrees = np.zeros(n_articles, np.bool_)
        for value in values:
            agrees[articles_of[value]] = True
        agrees[article] = False
        if agrees.any():
            yield article, agrees


def _grouped(items: NDArray[np.int32], group: NDArray[np.int32], n_groups: int) -> list[NDArray[np.int32]]:
    ends = np.cumsum(np.bincount(group, minlength=n_groups))
    return np.split(items[np.argsort(group, kind="stable")], ends[:-1])
