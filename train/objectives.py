"""What a training makes small: the arrays of its steps, the loss of one step, and the optimizer."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from db.pairs import Pairs
from train import sampling
from train.backend import keras, tf
from train.config import Settings
from train.data import link_counts


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


def objective(model: Any, pairs: Pairs, settings: Settings) -> Objective:
    """The objective that the settings name."""
    return softmax(model, pairs, settings) if settings.objective == "softmax" else pointwise(model, pairs, settings)


def softmax(model: Any, pairs: Pairs, settings: Settings) -> Objective:
    """Sampled softmax: a link of the article must score above a pool of links that the whole step shares.

    The score is cosine / temperature + popularity x log(articles of the link). A pooled link's score is lowered by the
    log of how often a pool holds it, so that the sum over the pool estimates the sum over all links (Bengio and Senecal
    2008; "logQ correction"), and the link itself joins that sum. One matrix product a step compares all articles with
    the pool, where a pointwise negative serves one pair: an epoch takes a third of the time and teaches far more.
    """
    articles, links = model.get_layer("articles"), model.get_layer("links")
    counts = link_counts(pairs)
    bonus = (settings.popularity * np.log(counts)).astype(np.float32)
    pool_bonus = bonus - np.log(sampling.expected_draws(counts, settings.pool_power, settings.pool))
    sampled = len(counts) > settings.pool

    def loss(article: Any, seat: Any, link: Any, weight: Any, pool: Any) -> Any:
        unit_articles = tf.math.l2_normalize(articles(article), axis=1)
        unit_links = tf.math.l2_normalize(links(link), axis=1)
        unit_pool = tf.math.l2_normalize(links(pool), axis=1)
        cosine = tf.reduce_sum(tf.gather(unit_articles, seat) * unit_links, axis=1)
        score = cosine / settings.temperature + tf.gather(bonus, link)
        pool_cosine = tf.matmul(unit_articles, unit_pool, transpose_b=True)
        pool_score = pool_cosine / settings.temperature + tf.gather(pool_bonus, pool)
        total = tf.gather(tf.reduce_logsumexp(pool_score, axis=1), seat)
        if sampled:
            total += tf.math.softplus(score - total)  # log(exp(total) + exp(score))
        return tf.reduce_sum(weight * (total - score)) / tf.reduce_sum(weight)

    return Objective(
        steps=lambda random: sampling.softmax_steps(
            pairs, settings.articles_per_step or 1, settings.pool, settings.pool_power, random
        ),
        loss=loss,
        optimizer=lambda steps: keras.optimizers.Adam(
            keras.optimizers.schedules.CosineDecay(settings.learning_rate, steps)
        ),
    )


def pointwise(model: Any, pairs: Pairs, settings: Settings) -> Objective:
    """Each pair on its own, as in Will Koehrsen's tutorial: true ones are 1, others 0 (`sigmoid`) or -1 (`mse`)."""
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
