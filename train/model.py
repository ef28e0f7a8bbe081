"""The Keras model: a vector for each article and each link, and the cosine between the two."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.backend import keras
from train.config import Settings

Float32 = NDArray[np.float32]

# Keras draws the one weight between cosine and probability from -1.73 to 1.73. Its sign says nothing, for a negative
# one only turns all link vectors round; its size decides hundredths of recall, so it is the middle one of all draws.
WEIGHT = keras.initializers.Constant(3**0.5 / 2)


def build(starting_articles: Float32, starting_links: Float32, settings: Settings) -> Any:
    """A model from (article, link) positions of shape (n,) to scores of shape (n, 1), at its start.

    The score is the cosine; for the objective `sigmoid`, a probability made of it.

    Returns
    -------
    keras.Model
        Its layers `articles` and `links` hold the tables, float32 of shape (rows, dimensions).
    """
    article = keras.Input((), dtype="int32", name="article")
    link = keras.Input((), dtype="int32", name="link")
    articles = keras.layers.Embedding(*starting_articles.shape, name="articles")
    links = keras.layers.Embedding(*starting_links.shape, name="links")
    score = keras.layers.Dot(axes=-1, normalize=True, name="cosine")([articles(article), links(link)])
    if settings.objective == "sigmoid":
        score = keras.layers.Dense(1, activation="sigmoid", kernel_initializer=WEIGHT, name="probability")(score)
    articles.set_weights([starting_articles])
    links.set_weights([starting_links])
    return keras.Model([article, link], score, name="wikishelf")
