"""What a training makes small: the arrays of its steps, the loss of one step, and the optimizer."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from db.pairs import Pairs
from train import sampling
from train.backend import keras, tf
from train.config import DecidedSettings
from train.trimming import Int64


class Objective(NamedTuple):
    """One way to train.

    Attributes
    ----------
    steps : function of a random generator
        The arrays of one epoch; the first axis of each is the step.
    loss : function of one step's tensors
        A scalar tensor.
    optimizer : function of the number of steps in the whole training
        A keras.Optimizer.
    """

    steps: Callable[[Generator], tuple[Any, ...]]
    loss: Callable[..., Any]
    optimizer: Callable[[int], Any]


def objective(model: Any, pairs: Pairs, counts: Int64, settings: DecidedSettings) -> Objective:
    """The objective that the settings name.

    Parameters
    ----------
    counts : int64 array of shape (n_links,)
        The articles of each link, those of the other workers included.
    """
    if settings.objective == "softmax":
        return softmax(model, pairs, counts, settings)
    return pointwise(model, pairs, settings)


def softmax(model: Any, pairs: Pairs, counts: Int64, settings: DecidedSettings) -> Objective:
    """Sampled softmax: a link of the article must score above a pool of links that the whole step shares.

    The score is cosine / temperature + popularity x log(articles of the link). A pooled link's score is lowered by the
    log of its chance to be in the pool, so that the sum over the pool estimates the sum over all links (Bengio and
    Senecal 2008; it is known as logQ correction), and the link itself joins that sum. One matrix product per step
    compares all articles with the pool, whereas a pointwise negative serves one pair.
    """
    articles, links = model.get_layer("articles"), model.get_layer("links")
    bonus = (settings.popularity * np.log(counts)).astype(np.float32)
    pool_bonus = bonus - np.log(sampling.chances(counts, settings.pool_power, settings.pool))
    sampled = len(counts) > settings.pool

    def loss(article: Any, seat: Any, link: Any, weight: Any, pool: Any) -> Any:
        sharp_articles = tf.math.l2_normalize(articles(article), axis=1) / settings.temperature
        unit_links = tf.math.l2_normalize(links(link), axis=1)
        # The pool is normalised as columns. Made from rows, the gradient of the product would run across memory and
        # take three times as long. No maximum is taken off before exp, because a score is below 1 / temperature + 30.
        unit_pool = tf.math.l2_normalize(tf.transpose(links(pool)), axis=0)
        score = tf.reduce_sum(tf.gather(sharp_articles, seat) * unit_links, axis=1) + tf.gather(bonus, link)
        pool_score = tf.matmul(sharp_articles, unit_pool) + tf.gather(pool_bonus, pool)
        total = tf.gather(tf.math.log(tf.reduce_sum(tf.exp(pool_score), axis=1)), seat)
        if sampled:
            total += tf.math.softplus(score - total)  # This is log(exp(total) + exp(score)).
        return tf.reduce_sum(weight * (total - score)) / tf.reduce_sum(weight)

    return Objective(
        steps=lambda random: sampling.softmax_steps(
            pairs, counts, settings.articles_per_step, settings.pool, settings.pool_power, random
        ),
        loss=loss,
        # Gradients shrink as the training goes on. A shorter memory than Keras's .9 and .999 follows them.
        optimizer=lambda steps: keras.optimizers.Adam(
            keras.optimizers.schedules.PolynomialDecay(settings.learning_rate, steps, end_learning_rate=0.0),
            beta_1=0.8,
            beta_2=0.95,
        ),
    )


def pointwise(model: Any, pairs: Pairs, settings: DecidedSettings) -> Objective:
    """Each pair by itself, as in Will Koehrsen's tutorial: true ones are 1, others are 0 (`sigmoid`) or -1 (`mse`)."""
    sigmoid = settings.objective == "sigmoid"
    measure = keras.losses.binary_crossentropy if sigmoid else keras.losses.mean_squared_error

    def loss(article: Any, link: Any, true: Any) -> Any:
        label = true if sigmoid else 2 * true - 1
        return tf.reduce_mean(measure(label[:, None], model([article, link])))

    return Objective(
        steps=lambda random: sampling.pointwise_steps(pairs, settings.positives, settings.negatives, random),
        loss=loss,
        optimizer=lambda _: keras.optimizers.Adam(),
    )
