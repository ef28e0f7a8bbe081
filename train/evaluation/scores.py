"""How a link is ranked for an article: the one formula that evaluation and searches share."""

import numpy as np
from numpy.typing import NDArray

from train.config import Settings

Float32 = NDArray[np.float32]

# Links are ranked with a sharper cosine than they were trained with. recall@20 with 1 / 1.25 / 1.5: LibraryThing
# .537 / .544 / .541, 1,413 books .465 / .467 / .464; Wikispeedia, of common links, .425 / .423 / .416.
SHARPNESS = 1.25


def link_scores(articles: Float32, links: Float32, counts: NDArray[np.int64], settings: Settings) -> Float32:
    """How well each link fits each article.

    softmax: cosine x 1.25 / temperature + popularity x log(articles of the link). sigmoid, mse: the cosine.

    Parameters
    ----------
    articles : float32 array of shape (n_articles, dimensions)
        Unit rows, as stored.
    links : float32 array of shape (n_links, dimensions)
        Unit rows, as stored.
    counts : int64 array of shape (n_links,)
        Articles of each link, at least 1.

    Returns
    -------
    float32 array of shape (n_articles, n_links)
    """
    scores = articles @ links.T
    if settings.objective == "softmax":
        assert settings.temperature is not None, "settled settings have one"
        scores *= np.float32(SHARPNESS / settings.temperature)
        scores += (settings.popularity * np.log(counts)).astype(np.float32)
    return scores
