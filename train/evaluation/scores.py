"""How a link is ranked for an article: the one formula that evaluation and searches share."""

import numpy as np
from numpy.typing import NDArray

from train.config import DecidedSettings

Float32 = NDArray[np.float32]


def link_scores(articles: Float32, links: Float32, counts: NDArray[np.int64], settings: DecidedSettings) -> Float32:
    """How well each link fits each article.

    softmax: cosine x sharpness / temperature + popularity x log(articles of the link). sigmoid, mse: the cosine.

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
        scores *= np.float32(settings.sharpness / settings.temperature)
        scores += (settings.popularity * np.log(counts)).astype(np.float32)
    return scores
