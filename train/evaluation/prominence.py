"""How prominent an article is, and what the dial from hidden gems to the well known adds to a cosine."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.judging import Int32, Sizes

Float32 = NDArray[np.float32]
Float64 = NDArray[np.float64]

# Articles are ordered by cosine + prominence x SCALE x z, for a prominence from -1 to 1.
SCALE = 0.2
CLIPPED_AT = 3.0


class Prominences(NamedTuple):
    """How prominent each article is beside the others of its topic.

    Attributes
    ----------
    article_ids : int32 array of shape (n_articles,)
        Ascending.
    topic : int32 array of shape (n_articles,)
        Equal numbers for equal topics.
    z : float32 array of shape (n_articles,)
        Standard deviations from the topic's mean, from -3 to 3.
    """

    article_ids: Int32
    topic: Int32
    z: Float32

    def of(self, article_ids: Int32) -> "Prominences":
        """The same of these articles alone, which must be known."""
        places = np.searchsorted(self.article_ids, article_ids)
        return Prominences(article_ids, self.topic[places], self.z[places])


def prominences(sizes: Sizes) -> Prominences:
    """log(1 + links of the article), standardised within its topic; 0 where all articles of a topic are alike."""
    z = np.log1p(sizes.links.astype(np.float64))
    for articles in _topics(sizes.topic):
        deviation = z[articles].std()
        z[articles] = (z[articles] - z[articles].mean()) / (deviation if deviation > 1e-9 else np.inf)
    return Prominences(sizes.article_ids, sizes.topic, np.clip(z, -CLIPPED_AT, CLIPPED_AT).astype(np.float32))


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
