"""The pairs that a model is fitted to: trimmed, counted and identified. All of it is numpy."""

import hashlib

import numpy as np
from numpy.typing import NDArray

from db.errors import NothingToTrain
from db.pairs import Pairs

Int64 = NDArray[np.int64]


def trim(pairs: Pairs, min_articles: int, max_share: float) -> Pairs:
    """Keep the links that tell articles apart, and the articles that still have one.

    Parameters
    ----------
    pairs : Pairs
        As read from the database.
    min_articles : int
        A link of fewer articles is dropped: it says next to nothing about any other article.
    max_share : float
        A link of more than this share of the articles is dropped: it says next to nothing about this one.

    Returns
    -------
    Pairs
        In the same order, with new indices. An article whose links were all dropped is gone, and gets no vector.

    Raises
    ------
    NothingToTrain
        No pair is left.
    """
    counts = link_counts(pairs)
    kept = (counts >= min_articles) & (counts <= max_share * len(pairs.article_ids))
    if not kept.any():
        raise NothingToTrain(
            reason=f"no link stands in {min_articles} or more articles and in at most {max_share:.0%} of them"
        )
    return _compact(pairs, kept[pairs.link_index])


def link_counts(pairs: Pairs) -> Int64:
    """The number of articles of each link, int64 of shape (n_links,)."""
    return np.bincount(pairs.link_index, minlength=len(pairs.link_ids))


def article_counts(pairs: Pairs) -> Int64:
    """The number of links of each article, int64 of shape (n_articles,)."""
    return np.bincount(pairs.article_index, minlength=len(pairs.article_ids))


def by_link(pairs: Pairs) -> Pairs:
    """The same pairs with articles and links in each other's place."""
    order = np.argsort(pairs.link_index, kind="stable")
    return Pairs(
        article_ids=pairs.link_ids,
        link_ids=pairs.article_ids,
        article_index=pairs.link_index[order],
        link_index=pairs.article_index[order],
        occurrences=pairs.occurrences[order],
    )


def fingerprint(pairs: Pairs) -> str:
    """The sha256 of the arrays. Two models with the same fingerprint were fitted to the same data."""
    digest = hashlib.sha256()
    for array in (pairs.article_ids, pairs.link_ids, pairs.article_index, pairs.link_index, pairs.occurrences):
        digest.update(len(array).to_bytes(8, "little"))
        digest.update(np.ascontiguousarray(array, dtype="<i4").tobytes())
    return digest.hexdigest()


def _compact(pairs: Pairs, kept: NDArray[np.bool_]) -> Pairs:
    articles, article_index = np.unique(pairs.article_index[kept], return_inverse=True)
    links, link_index = np.unique(pairs.link_index[kept], return_inverse=True)
    return Pairs(
        article_ids=pairs.article_ids[articles],
        link_ids=pairs.link_ids[links],
        article_index=article_index.astype(np.int32),
        link_index=link_index.astype(np.int32),
        occurrences=pairs.occurrences[kept],
    )
