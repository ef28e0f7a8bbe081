"""How prominent an article is, and what the dial from hidden gems to the well known adds to a cosine."""

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from db.judging import Int32, Prominences

Float64 = NDArray[np.float64]

# Articles are ordered by cosine + prominence x SCALE x z, for a prominence from -1 to 1. SQL has the same number in
# _nearest_matching_articles.sql, and docs/measured-quality.md has its reason.
SCALE = 0.32


def percentiles(known: Prominences) -> Float64:
    """The share of the articles of the same topic that are less prominent; those that are as prominent count half.

    Returns
    -------
    float64 array of shape (n_articles,)
        The mean of each topic is 0.5.
    """
    shares = np.empty(len(known.z))
    for articles in _topics(known.topic):
        z = known.z[articles]
        below, not_above = (np.searchsorted(np.sort(z), z, side) for side in ("left", "right"))
        shares[articles] = (below + not_above) / (2 * len(z))
    return shares


def _topics(topic: Int32) -> Iterator[NDArray[np.int64]]:
    """The positions of the articles of each topic."""
    for number in np.unique(topic):
        yield np.flatnonzero(topic == number)
