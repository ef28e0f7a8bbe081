"""Where a training starts: by article and link, so that the next training, of more articles, ends near this one.

Articles that share links start close together: two rounds of averaging, in which a vector becomes the mean of its
neighbours' in the graph of articles and links. The same epochs then lead further than from random rows.
"""

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.config import Settings
from train.trimming import by_link
from train.unit_vectors import mean_of_links, unit

Int32 = NDArray[np.int32]
Float32 = NDArray[np.float32]

REACH = 0.05  # of Keras's own starting values, uniform in -0.05 to 0.05
BLOCK = 65_536  # ids whose rows are drawn at a time
ROUNDS = 2


def starting_rows(pairs: Pairs, settings: Settings) -> tuple[Float32, Float32]:
    """The rows of articles and links before the first step.

    Drawn by id: a link has the same row whatever other links there are. softmax: then averaged over the graph; all are
    as long as a drawn row is on average.

    Returns
    -------
    articles, links : float32 arrays of shape (n, dimensions)
    """
    links = _drawn(pairs.link_ids, settings.dimensions, [settings.seed, 2])
    if settings.objective != "softmax":
        return _drawn(pairs.article_ids, settings.dimensions, [settings.seed, 1]), links
    length = np.float32(REACH * (settings.dimensions / 3) ** 0.5)
    averaged = _averaged(links, pairs)
    return length * mean_of_links(averaged, pairs), length * averaged


def _averaged(drawn: Float32, pairs: Pairs) -> Float32:
    """Links near the links that they share articles with: unit rows."""
    turned = by_link(pairs)
    links = drawn
    for _ in range(ROUNDS):
        articles = mean_of_links(links - links.mean(axis=0), pairs)  # else all drift towards the commonest links
        links = drawn + mean_of_links(articles, turned)  # drawn is a fifth as long, and keeps each from being zero
    return unit(links)


def _drawn(ids: Int32, dimensions: int, seed: list[int]) -> Float32:
    rows = np.empty((len(ids), dimensions), np.float32)
    for block in np.unique(ids // BLOCK):
        inside = ids // BLOCK == block
        drawn = np.random.default_rng([*seed, int(block)]).uniform(-REACH, REACH, (BLOCK, dimensions))
        rows[inside] = drawn[ids[inside] % BLOCK]
    return rows
