"""Pairs whose right neighbours are known."""

from typing import Any

import numpy as np

from db.pairs import Pairs
from train.config import DecidedSettings, Settings, decide


def pairs_of(rows: list[set[int]]) -> Pairs:
    """Row i holds the links of article i; links are numbered without gaps. Ids are positions times 10."""
    articles = np.array([article for article, row in enumerate(rows) for _ in row], np.int32)
    links = np.array([link for row in rows for link in sorted(row)], np.int32)
    return Pairs(
        article_ids=np.arange(len(rows), dtype=np.int32) * 10,
        link_ids=np.arange(links.max() + 1, dtype=np.int32) * 10,
        article_index=articles,
        link_index=links,
        occurrences=np.ones(len(articles), np.int32),
    )


def blocks(count: int = 6, articles: int = 12, links: int = 10, seed: int = 0) -> tuple[Pairs, np.ndarray]:
    """Articles that link to most links of their own block, and to one of any block; and the block of each article."""
    random = np.random.default_rng(seed)
    block_of = np.repeat(np.arange(count), articles)
    rows = [
        {int(link) for link in random.choice(links, 7, replace=False) + block * links}
        | {int(random.integers(count * links))}
        for block in block_of
    ]
    return pairs_of(rows), block_of


def decided(pairs: Pairs, **asked: Any) -> DecidedSettings:
    """Settings for exactly these pairs, of which none would be trimmed away."""
    _, settings = decide(Settings(**{"min_articles": 1, "max_share": 1.0, **asked}), pairs)
    return settings


def share_of_own_block(vectors: np.ndarray, block_of: np.ndarray, count: int = 10) -> float:
    """The share of the `count` nearest other articles that are of the same block."""
    cosine = vectors @ vectors.T
    np.fill_diagonal(cosine, -np.inf)
    nearest = np.argsort(-cosine, axis=1)[:, :count]
    return float((block_of[nearest] == block_of[:, None]).mean())
