"""The nearest neighbours of every article, exactly, and the same ones with any number of threads."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]
Float64 = NDArray[np.float64]

# These take 32 MB, and there are four such arrays.
COSINES_AT_ONCE = 4_000_000
# A cosine is told apart in these steps: far coarser than what threads change in a product of float64.
STEPS = 2**31
# With this mask a row before another one counts as one far behind it.
FOLLOWING = 2**30 - 1


def nearest(vectors: Float32, count: int, on_rows: Callable[[int], None] = lambda rows: None) -> Int32:
    """The most similar other rows of each row by cosine; of equally similar ones those that follow it.

    A cosine and how far the rows are apart make one whole number. So no two are equal, the choice is always the same,
    and equal articles form a chain and not a star.

    Parameters
    ----------
    vectors : float32 array of shape (n, dimensions)
        Unit rows.
    count : int
        Below n.
    on_rows : function of int
        Called with the number of rows done, again and again.

    Returns
    -------
    int32 array of shape (n, count)
        Each row ascending.
    """
    exact = vectors.astype(np.float64)
    found = np.empty((len(vectors), count), np.int32)
    numbers = np.arange(len(vectors), dtype=np.int64)
    at_once = max(1, COSINES_AT_ONCE // len(vectors))
    for start in range(0, len(vectors), at_once):
        rows = numbers[start : start + at_once]
        product = exact[rows] @ exact.T
        product *= -STEPS
        keys = np.rint(product).astype(np.int64)
        keys <<= 31
        keys += (numbers - rows[:, None]) & FOLLOWING
        keys[np.arange(len(rows)), rows] = np.iinfo(np.int64).max
        found[rows] = np.sort(np.argpartition(keys, count - 1, axis=1)[:, :count], axis=1)
        on_rows(start + len(rows))
    return found
