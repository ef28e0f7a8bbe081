"""Order vectors for storage, so that a search that walks from neighbour to neighbour stays on few pages."""

import numpy as np
from numpy.typing import NDArray

# A page of 8 KB holds some 15 elements of an index at 50 dimensions.
ROWS_PER_LEAF = 32
# A direction near the principal one is good enough for a cut.
POWER_ITERATIONS = 4


def by_neighbourhood(vectors: NDArray[np.float32]) -> NDArray[np.int64]:
    """Order rows so that near ones stand near each other.

    Each set of rows is halved at the median of its principal direction, as in principal direction divisive partitioning
    (Boley, Data Mining and Knowledge Discovery 1998), down to 32 rows. It takes a second and a half for each 200,000
    rows.

    Parameters
    ----------
    vectors : float32 array of shape (n, dimensions)
        Finite rows.

    Returns
    -------
    order : int64 array of shape (n,)
        A permutation: `vectors[order]` is what to store.
    """
    order = np.arange(len(vectors))
    to_halve = [(0, len(vectors))]
    while to_halve:
        first, end = to_halve.pop()
        if end - first <= ROWS_PER_LEAF:
            continue
        rows = order[first:end]
        middle = len(rows) // 2
        rows[:] = rows[np.argpartition(_along_principal_direction(vectors[rows]), middle)]
        to_halve += [(first, first + middle), (first + middle, end)]
    return order


def scaffold_first(order: NDArray[np.int64]) -> NDArray[np.int64]:
    """Move one row of each 32, taken by chance, to the front, where they stand in no order.

    An HNSW index that is built in the order of neighbourhood alone connects its first clusters before others are there,
    and may lose whole clusters. On these rows it has a graph of everything before it goes into detail.

    Returns
    -------
    int64 array of shape (n,)
        The same numbers; the others stay as they stood.
    """
    random = np.random.default_rng(0)
    groups = -(-len(order) // ROWS_PER_LEAF)
    chosen = np.arange(groups) * ROWS_PER_LEAF + random.integers(ROWS_PER_LEAF, size=groups)
    chosen = random.permutation(chosen[chosen < len(order)])
    return np.concatenate([order[chosen], np.delete(order, chosen)])


def _along_principal_direction(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return where each row lies along the direction in which the rows differ most; all lie at 0 if they are equal."""
    centred = rows - rows.mean(axis=0)
    lengths = np.einsum("nd,nd->n", centred, centred)
    direction = centred[np.argmax(lengths)]
    for _ in range(POWER_ITERATIONS):
        direction = (centred @ direction) @ centred
        direction /= max(float(np.linalg.norm(direction)), 1e-30)
    along: NDArray[np.float32] = centred @ direction
    return along
