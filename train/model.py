"""The Keras model: a vector for each article and each link, and the cosine between the two."""

from typing import Any

import numpy as np

from train.backend import keras
from train.config import Settings


def build(n_articles: int, n_links: int, settings: Settings) -> Any:
    """A model from (article, link) positions of shape (n,) to scores of shape (n, 1).

    The score is the cosine; for the objective `sigmoid`, a probability made of it.

    Returns
    -------
    keras.Model
        Its layers `articles` and `links` hold the tables, float32 of shape (rows, dimensions).
    """
    article = keras.Input((), dtype="int32", name="article")
    link = keras.Input((), dtype="int32", name="link")
    articles = keras.layers.Embedding(n_articles, settings.dimensions, name="articles")
    links = keras.layers.Embedding(n_links, settings.dimensions, name="links")
    score = keras.layers.Dot(axes=-1, normalize=True, name="cosine")([articles(article), links(link)])
    if settings.objective == "sigmoid":
        # Keras would draw the one weight at random, and a negative one turns every link vector round.
        score = keras.layers.Dense(1, activation="sigmoid", kernel_initializer="ones", name="probability")(score)
    for layer, stream in ((articles, 1), (links, 2)):
        _initialise(layer, np.random.default_rng([settings.seed, stream]))
    return keras.Model([article, link], score, name="wikishelf")


def _initialise(layer: Any, random: np.random.Generator) -> None:
    """Keras's own starting values, uniform in -0.05 to 0.05, drawn the same in every process and on every machine."""
    shape = layer.embeddings.shape
    layer.set_weights([random.uniform(-0.05, 0.05, shape).astype(np.float32)])
