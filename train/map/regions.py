"""Divide a map into regions, by k-means on three levels."""

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]

REGIONS = (10, 40, 160)
FEWEST_ARTICLES = 20  # on average in a region
ROUNDS = 50


def numbers_of_regions(n_articles: int) -> list[int]:
    """How many regions each level has: fewer for few articles, and no level hardly finer than the former."""
    counts: list[int] = []
    for wanted in REGIONS:
        count = min(wanted, n_articles // FEWEST_ARTICLES)
        if count > 1 and count >= 2 * (counts[-1] if counts else 1):
            counts.append(count)
    return counts


def divided(xy: Float32, count: int, seed: int, start: Float64 | None = None) -> Int32:
    """The region of each article, by k-means.

    Parameters
    ----------
    xy : float32 array of shape (n, 2)
    count : int
        At most n.
    start : float64 array of shape (count, 2) or None
        The middles of an earlier map's regions, which these then resemble. None stands for a start by k-means++ (Arthur
        and Vassilvitskii, SODA 2007).

    Returns
    -------
    int32 array of shape (n,)
        From 0 on, in the order of `start`, or else of the regions' middles from left to right.
    """
    from scipy.spatial import KDTree

    points = xy.astype(np.float64)
    middles = _start(points, count, seed) if start is None else start
    places = np.zeros(len(points), np.int32)
    for _ in range(ROUNDS):
        now = KDTree(middles).query(points)[1].astype(np.int32)
        if (now == places).all():
            break
        places = now
        middles = middles_of(points, places, count, middles)
    order = np.argsort(middles[:, 0], kind="stable") if start is None else np.arange(count)
    turned = np.argsort(order)[places]
    return np.unique(turned, return_inverse=True)[1].astype(np.int32)  # a region without articles has no number


def middles_of(points: Float64, places: Int32, count: int, empty: Float64) -> Float64:
    """The mean of each region's articles, and of a region without any what `empty` says."""
    sizes = np.bincount(places, minlength=count)
    sums = np.stack([np.bincount(places, points[:, axis], count) for axis in (0, 1)], axis=1)
    return np.where(sizes[:, None] > 0, sums / np.maximum(sizes, 1)[:, None], empty)


def _start(points: Float64, count: int, seed: int) -> Float64:
    random = np.random.default_rng(seed)
    chosen = [points[random.integers(len(points))]]
    distances = ((points - chosen[0]) ** 2).sum(axis=1)
    while len(chosen) < count:
        total = distances.sum()
        shares = distances / total if total > 0 else None
        chosen.append(points[random.choice(len(points), p=shares)])
        distances = np.minimum(distances, ((points - chosen[-1]) ** 2).sum(axis=1))
    return np.array(chosen)
