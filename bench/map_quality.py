"""How good a map is: whether near articles stand near each other, agree in their facets, and stay where they were."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from sqlalchemy import Connection

from db import facet_values
from db.maps import positions
from db.models import registry, vectors

NEIGHBOURS = 15
ROWS_AT_ONCE = 128
# Of more articles a sample is measured.
MOST_ROWS = 10_000

Int64 = NDArray[np.int64]
Float64 = NDArray[np.float64]


class Quality(NamedTuple):
    """Trustworthiness (Venna and Kaski 2001), shared neighbours, and neighbours on the map with a value in common."""

    trust: float
    recall: float
    genre: float
    author: float


class Mapped(NamedTuple):
    """The articles of a model that have a position, where they stand, and their vectors."""

    ids: NDArray[np.int32]
    xy: Float64
    rows: NDArray[np.float32]


def read(connection: Connection, model_id: int) -> Mapped:
    """The map of a model."""
    placed = positions.read(connection, model_id)
    ids, rows = vectors.read(connection, model_id, "articles", registry.find(connection, model_id).dimensions)
    ids, mine, theirs = np.intersect1d(placed.ids, ids, assume_unique=True, return_indices=True)
    return Mapped(ids, placed.xy[mine].astype(np.float64), rows[theirs])


def quality(connection: Connection, found: Mapped) -> Quality:
    """Measure a map against the vectors that it shows."""
    n, k = len(found.ids), NEIGHBOURS
    asked = np.sort(np.random.default_rng(0).permutation(n)[:MOST_ROWS])
    penalty, shared = 0, 0
    for rows in np.array_split(asked, len(asked) // ROWS_AT_ONCE + 1):
        near = _nearest_on_map(found.xy, rows)
        similar = found.rows[rows] @ found.rows.T
        similar[np.arange(len(rows)), rows] = np.inf  # itself has the rank 0
        order = np.argsort(-similar, axis=1, kind="stable")
        ranks = np.empty_like(order)
        np.put_along_axis(ranks, order, np.arange(n)[None, :], axis=1)
        of_near = np.take_along_axis(ranks, near, axis=1)
        penalty += int(np.maximum(of_near - k, 0).sum())
        shared += int((of_near <= k).sum())
    trust = 1 - 2 * penalty / (len(asked) * k * (2 * n - 3 * k - 1))
    facets = (agreeing(connection, found, name) for name in ("genre", "author"))
    return Quality(trust, shared / (len(asked) * k), *facets)


def agreeing(connection: Connection, found: Mapped, name: str, asked: NDArray[np.int32] | None = None) -> float:
    """How many of the 15 neighbours on the map that have a facet have a value in common with the article.

    It is the mean over the articles asked for, or over all, of those that have the facet and such a neighbour.
    """
    n = len(found.ids)
    facet = facet_values.read(connection, name, found.ids)
    ones = np.ones(len(facet.value), np.float32)
    values = csr_matrix((ones, (facet.article, facet.value)), (n, int(facet.value.max(initial=0)) + 1))
    has = np.diff(values.indptr) > 0
    near = np.concatenate([_nearest_on_map(found.xy, rows) for rows in np.array_split(np.arange(n), n // 128 + 1)])
    common = [np.asarray(values.multiply(values[column]).sum(axis=1)).ravel() > 0 for column in near.T]
    wanted = has & has[near].any(axis=1) & (True if asked is None else np.isin(found.ids, asked))
    return float((np.sum(common, axis=0)[wanted] / has[near].sum(axis=1)[wanted]).mean())


def movement(old: Mapped, new: Mapped) -> tuple[float, float]:
    """The median and the 90th percentile of how far an article moved, in radii of the old map.

    The radius is the root mean square of the distances from the middle.
    """
    _, mine, theirs = np.intersect1d(old.ids, new.ids, assume_unique=True, return_indices=True)
    before, after = old.xy[mine], new.xy[theirs]
    radius = np.sqrt(((before - before.mean(axis=0)) ** 2).sum(axis=1).mean())
    moved = np.linalg.norm(after - before, axis=1) / radius
    return float(np.median(moved)), float(np.quantile(moved, 0.9))


def turned_to_fit(old: Mapped, new: Mapped) -> Mapped:
    """The new map, turned, mirrored, moved and scaled onto the old one as well as can be (Procrustes)."""
    _, mine, theirs = np.intersect1d(old.ids, new.ids, assume_unique=True, return_indices=True)
    before, after = old.xy[mine], new.xy[theirs]
    middle, centred = after.mean(axis=0), after - after.mean(axis=0)
    left, sizes, right = np.linalg.svd(centred.T @ (before - before.mean(axis=0)))
    turn = left @ right * sizes.sum() / (centred**2).sum()
    return new._replace(xy=(new.xy - middle) @ turn + before.mean(axis=0))


def _nearest_on_map(xy: Float64, rows: Int64) -> Int64:
    squares = ((xy[rows, None, :] - xy[None, :, :]) ** 2).sum(axis=2)
    return _smallest(squares, rows)


def _smallest(values: NDArray[np.floating], rows: Int64) -> Int64:
    values[np.arange(len(rows)), rows] = np.inf
    return np.argpartition(values, NEIGHBOURS, axis=1)[:, :NEIGHBOURS]
