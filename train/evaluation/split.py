"""Ten per cent of the pairs of each article held out."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.trimming import article_counts, trim


class Split(NamedTuple):
    """What is trained on, and what is asked for afterwards.

    Attributes
    ----------
    train : Pairs
        All the articles, and the links that still stand in one of them.
    article, link : int64 arrays of shape (n_held_out,)
        The held-out pairs as positions in `train`, ordered by article. A link is -1 where the training part has none
        of its pairs left, so that no way can find it.
    """

    train: Pairs
    article: NDArray[np.int64]
    link: NDArray[np.int64]


def hold_out(pairs: Pairs, seed: int) -> Split:
    """Hold out a tenth of each article's pairs, rounded: an article of fewer than five keeps them all."""
    held = _drawn(pairs, np.random.default_rng(seed))
    train = trim(part(pairs, ~held), min_articles=1, max_share=1.0)  # This drops links without a pair, and no article.
    link_ids = pairs.link_ids[pairs.link_index[held]]
    place = np.minimum(np.searchsorted(train.link_ids, link_ids), len(train.link_ids) - 1)
    link = np.where(train.link_ids[place] == link_ids, place, -1)
    return Split(train, pairs.article_index[held].astype(np.int64), link)


def _drawn(pairs: Pairs, random: np.random.Generator) -> NDArray[np.bool_]:
    counts = article_counts(pairs)
    quota = (counts + 5) // 10
    # The pairs of each article are shuffled among themselves.
    shuffled = np.lexsort((random.random(len(pairs.article_index)), pairs.article_index))
    position = np.arange(len(shuffled)) - np.repeat(np.cumsum(counts) - counts, counts)
    held = np.empty(len(shuffled), np.bool_)
    held[shuffled] = position < quota[pairs.article_index]
    return held


def part(pairs: Pairs, kept: NDArray[np.bool_]) -> Pairs:
    """The pairs that are kept, with all articles and links."""
    return Pairs(
        pairs.article_ids, pairs.link_ids, pairs.article_index[kept], pairs.link_index[kept], pairs.occurrences[kept]
    )
