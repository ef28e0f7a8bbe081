"""The Keras model: a vector for each article and each link, and the cosine between the two."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from train.backend import keras
from train.config import DecidedSettings

Float32 = NDArray[np.float32]

# Keras would draw the one weight between cosine and probability from -1.73 to 1.73. Its sign does not matter, because a
# negative one only turns all link vectors round. Its size decides hundredths of recall, so it starts in the middle.
PROBABILITY_WEIGHT = keras.initializers.Constant(3**0.5 / 2)


def build(starting_articles: Float32, starting_links: Float32, settings: DecidedSettings) -> Any:
    """A model from (article, link) positions of shape (n,) to scores of shape (n, 1), before its training.

    The score is the cosine; for the objective `sigmoid`, it is a probability made of the cosine.

    Returns
    -------
    keras.Model
        Its layers `articles` and `links` hold the tables, float32 of shape (rows, dimensions).
    """
    article = keras.Input((), dtype="int32", name="article")
    link = keras.Input((), dtype="int32", name="link")
    articles = keras.layers.Embedding(*starting_articles.shape, dtype="float32", name="articles")
    links = keras.layers.Embedding(*starting_links.shape, dtype="float32", name="links")
    score = keras.layers.Dot(axes=-1, normalize=True, dtype="float32", name="cosine")([articles(article), links(link)])
    if settings.objective == "sigmoid":
        probability = keras.layers.Dense(
            1, activation="sigmoid", kernel_initializer=PROBABILITY_WEIGHT, dtype="float32", name="probability"
        )
        score = probability(score)
    articles.set_weights([starting_articles])
    links.set_weights([starting_links])
    return keras.Model([article, link], score, name="wikishelf")
