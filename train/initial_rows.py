"""Where a training starts: by article and link, so that the next training, of more articles, ends near this one.

Articles that share links start close together. That comes from two rounds of averaging, in which each vector becomes
the mean of its neighbours' in the graph of articles and links. The same number of epochs then leads further than from
random rows.
"""

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.config import DecidedSettings
from train.trimming import by_link
from train.unit_vectors import mean_of_links, unit

Int32 = NDArray[np.int32]
Float32 = NDArray[np.float32]

DRAW_LIMIT = 0.05  # Keras's own starting values are uniform in -0.05 to 0.05, too.
IDS_PER_BLOCK = 65_536
AVERAGING_ROUNDS = 2


def starting_rows(pairs: Pairs, settings: DecidedSettings) -> tuple[Float32, Float32]:
    """The rows of articles and links before the first step.

    They are drawn by id: a link has the same row whatever other links there are. For softmax they are then averaged
    over the graph, and all are made as long as a drawn row is on average.

    Returns
    -------
    articles, links : float32 arrays of shape (n, dimensions)
    """
    links = _drawn(pairs.link_ids, settings.dimensions, [settings.seed, 2])
    if settings.objective != "softmax":
        return _drawn(pairs.article_ids, settings.dimensions, [settings.seed, 1]), links
    length = np.float32(DRAW_LIMIT * (settings.dimensions / 3) ** 0.5)
    averaged = _averaged(links, pairs)
    return length * mean_of_links(averaged, pairs), length * averaged


def _averaged(drawn: Float32, pairs: Pairs) -> Float32:
    """Unit rows of the links, close together for links that stand in the same articles."""
    turned = by_link(pairs)
    links = drawn
    for _ in range(AVERAGING_ROUNDS):
        # Without the subtraction, all links would drift towards the commonest ones.
        articles = mean_of_links(links - links.mean(axis=0), pairs)
        links = drawn + mean_of_links(articles, turned)  # `drawn` is a fifth as long, and keeps each row from zero.
    return unit(links)


def _drawn(ids: Int32, dimensions: int, seed: list[int]) -> Float32:
    """A row for each id. The rows of a block of ids are drawn together, even if only some are wanted."""
    rows = np.empty((len(ids), dimensions), np.float32)
    for block in np.unique(ids // IDS_PER_BLOCK):
        inside = ids // IDS_PER_BLOCK == block
        random = np.random.default_rng([*seed, int(block)])
        drawn = random.uniform(-DRAW_LIMIT, DRAW_LIMIT, (IDS_PER_BLOCK, dimensions))
        rows[inside] = drawn[ids[inside] % IDS_PER_BLOCK]
    return rows
