"""Lay articles out in the plane by t-SNE (openTSNE), so that near articles stand near each other."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db import interrupts

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]
Int32 = NDArray[np.int32]
OnStep = Callable[[int], None]

NEIGHBOURS = 15
# Fewer articles have no clusters to show: with so many neighbours t-SNE would lay all of them on one point.
FEWEST = 30
# Below this number the forces are added up in a tree (Barnes and Hut), because a grid costs as much for few articles.
FEWEST_ON_GRID = 3000
EARLY_STEPS, EARLY_EXAGGERATION = 125, 12
STEPS = 375
STEPS_FROM_BEFORE = 150
# A first layout starts small, so that the forces decide and not the start (Kobak and Berens 2019).
START_SPREAD = 1e-4
# The outermost article of a first map stands so far from the middle, which leaves later maps some room.
MARGIN = 0.95


class Layout(NamedTuple):
    """Where articles stand.

    Attributes
    ----------
    xy : float32 array of shape (n, 2)
        From -1 to 1.
    scale : float
        The length of the layout's own unit on the map; a later map needs it to go on from this one.
    """

    xy: Float32
    scale: float


def steps(fresh: bool) -> int:
    """How many steps a layout takes."""
    return EARLY_STEPS + STEPS if fresh else STEPS_FROM_BEFORE


def laid_out(neighbours: Int32, start: Float64, fresh: bool, on_step: OnStep = lambda step: None) -> Float64:
    """The layout of a graph of neighbours, whose edges all weigh the same, in its own unit.

    This is t-SNE with uniform affinities: on 15 neighbours they separate as well as a perplexity of 30, at half the
    cost. Repulsion is interpolated on a grid (FIt-SNE: Linderman et al., Nature Methods 2019).

    Parameters
    ----------
    neighbours : int32 array of shape (n, k)
    start : float64 array of shape (n, 2)
        Where the articles stand at first.
    fresh : bool
        Whether the start says little, so that clusters have yet to form; else it is an earlier layout.
    on_step : function of int
        Called with the number of steps done, every tenth. Ctrl-C waits for that, because within openTSNE's compiled
        code it would end in a segmentation fault.
    """
    from openTSNE import TSNEEmbedding
    from openTSNE.affinity import Uniform
    from openTSNE.nearest_neighbors import PrecomputedNeighbors

    method = "fft" if len(neighbours) >= FEWEST_ON_GRID else "bh"
    index = PrecomputedNeighbors(neighbours, np.ones(neighbours.shape))
    embedding = TSNEEmbedding(start.copy(), Uniform(knn_index=index), negative_gradient_method=method, n_jobs=1)

    def run(steps: int, done: int, **how: Any) -> None:
        def told(step: int, *_: Any) -> bool:
            on_step(done + step)
            return bool(arrived)  # The layout ends here if it is true.

        with interrupts.held() as arrived:
            embedding.optimize(
                steps, inplace=True, use_callbacks=True, callbacks_every_iters=10, callbacks=[told], **how
            )

    if fresh:
        run(EARLY_STEPS, 0, exaggeration=min(EARLY_EXAGGERATION, len(start) / 10), momentum=0.5)
    run(STEPS if fresh else STEPS_FROM_BEFORE, EARLY_STEPS if fresh else 0, momentum=0.8)
    return np.asarray(embedding, np.float64)


def first_start(vectors: Float32, seed: int) -> Float64:
    """The two principal directions, and a little at random, so that equal articles do not stand on one point.

    All is rounded, because the number of threads changes the last bits.
    """
    centred = vectors - vectors.astype(np.float64).mean(axis=0)
    _, directions = np.linalg.eigh(centred.T @ centred)
    axes = directions[:, : -min(3, directions.shape[1] + 1) : -1]
    axes = axes * np.sign(axes[np.argmax(np.abs(axes), axis=0), np.arange(axes.shape[1])])
    along = np.round(centred @ axes, 6)
    along = np.pad(along, ((0, 0), (0, 2 - along.shape[1])))
    along += np.random.default_rng(seed).normal(scale=0.01, size=along.shape)
    return along / max(float(along[:, 0].std()), 1e-12) * START_SPREAD


def start_from(known: NDArray[np.int64], xy: Float64, neighbours: Int32, seed: int) -> Float64:
    """Where articles start that go on from an earlier map: those that it has not in the median of their neighbours.

    Parameters
    ----------
    known : int64 array of shape (m,)
        Rows of the articles that the earlier map has.
    xy : float64 array of shape (m, 2)
        Where they stood, in the layout's own unit.
    """
    start = np.full((len(neighbours), 2), np.nan)
    start[known] = xy
    middle = np.median(xy, axis=0)
    for row in np.flatnonzero(np.isnan(start[:, 0])):
        near = start[neighbours[row]]
        near = near[~np.isnan(near[:, 0])]
        start[row] = np.median(near, axis=0) if len(near) else middle
    return start + np.random.default_rng(seed).normal(scale=1e-3, size=start.shape)


def on_map(own: Float64) -> Layout:
    """A first layout, moved and scaled into the map."""
    centred = own - (own.max(axis=0) + own.min(axis=0)) / 2
    farthest = float(np.abs(centred).max(initial=0))
    scale = MARGIN / farthest if farthest > 0 else 1.0
    return Layout((centred * scale).astype(np.float32), scale)


def on_former_map(own: Float64, scale: float, known: NDArray[np.int64], former: Float32) -> Layout:
    """A layout that went on from an earlier map, moved and scaled so that the known articles stand as near as can be.

    Parameters
    ----------
    scale : float
        The unit of the earlier map.
    known : int64 array of shape (m,)
        Rows of the articles that the earlier map has.
    former : float32 array of shape (m, 2)
        Where they stood on it.
    """
    mine, theirs = own[known], former.astype(np.float64)
    mine_middle, their_middle = mine.mean(axis=0), theirs.mean(axis=0)
    spread = ((mine - mine_middle) ** 2).sum()
    fitted = ((mine - mine_middle) * (theirs - their_middle)).sum() / spread if spread > 0 else scale
    xy = (own - mine_middle) * fitted + their_middle
    farthest = float(np.abs(xy).max(initial=0))
    shrink = 1 / farthest if farthest > 1 else 1.0
    return Layout((xy * shrink).astype(np.float32), fitted * shrink)
