"""What a training makes small: the arrays of its steps, the loss of one step, and how far rows move."""

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np
from numpy.random import Generator

from db.pairs import Pairs
from train import sampling
from train.backend import tf
from train.config import DecidedSettings
from train.trimming import Int64


class Objective(NamedTuple):
    """One way to train.

    Attributes
    ----------
    steps : function of a random generator
        The arrays of one epoch; the first axis of each is the step. The first arrays, one for each table of the model,
        say which of its rows are trained: distinct numbers, and the number of all rows where there are fewer.
    loss : function of one step's tensors
        A scalar tensor. It gets those rows of each table, and then all arrays of the step.
    rates : tuple of floats
        How far a float of a row moves in its step at the start of the training, for each table.
    memories : tuple of floats
        The weight of the past in a row's mean of squared gradients, for each table.
    """

    steps: Callable[[Generator], tuple[Any, ...]]
    loss: Callable[..., Any]
    rates: tuple[float, ...]
    memories: tuple[float, ...]


def objective(pairs: Pairs, counts: Int64, settings: DecidedSettings) -> Objective:
    """The objective that the settings name.

    Parameters
    ----------
    counts : int64 array of shape (n_links,)
        The articles of each link, those of the other workers included.
    """
    if settings.objective == "softmax":
        return softmax(pairs, counts, settings)
    return pointwise(pairs, settings)


def softmax(pairs: Pairs, counts: Int64, settings: DecidedSettings) -> Objective:
    """Sampled softmax: a link of the article must score above a pool of links that the whole step shares.

    The score is cosine / temperature + popularity x log(articles of the link). A pooled link's score is lowered by the
    log of its chance to be in the pool, so that the sum over the pool estimates the sum over all links (Bengio and
    Senecal 2008; it is known as logQ correction), and the link itself joins that sum. One matrix product per step
    compares all articles with the pool, whereas a pointwise negative serves one pair.
    """
    bonus = (settings.popularity * np.log(counts)).astype(np.float32)
    pool_bonus = bonus - np.log(sampling.chances(counts, settings.pool_power, settings.pool))
    n_pool = min(settings.pool, len(counts))

    def loss(articles: Any, links: Any, article: Any, link: Any, seat: Any, place: Any, filled: Any) -> Any:
        sharp_articles = tf.math.l2_normalize(articles, axis=1) / settings.temperature
        unit_links = tf.math.l2_normalize(links, axis=1)
        # The pool is normalised as columns. Made from rows, the gradient of the product would run across memory and
        # take three times as long. No maximum is taken off before exp, because a score is below 1 / temperature + 30.
        unit_pool = tf.math.l2_normalize(tf.transpose(links[:n_pool]), axis=0)
        pool_score = tf.matmul(sharp_articles, unit_pool) + tf.gather(pool_bonus, link[:n_pool])
        score = tf.reduce_sum(tf.gather(sharp_articles, seat) * tf.gather(unit_links, place), axis=1)
        score += tf.gather(tf.gather(bonus, link), place)
        total = tf.gather(tf.math.log(tf.reduce_sum(tf.exp(pool_score), axis=1)), seat)
        if n_pool < len(counts):
            total += tf.math.softplus(score - total)  # This is log(exp(total) + exp(score)).
        weight = tf.cast(tf.range(tf.shape(seat)[0]) < filled, tf.float32)
        return tf.reduce_sum(weight * (total - score)) / tf.cast(filled, tf.float32)

    return Objective(
        steps=lambda random: sampling.softmax_steps(
            pairs, counts, settings.articles_per_step, settings.pool, settings.pool_power, random
        ),
        loss=loss,
        # An article has one step in an epoch, a common link has all of them.
        rates=(5 * settings.learning_rate, 2 * settings.learning_rate),
        memories=(0.5, 0.9),
    )


def pointwise(pairs: Pairs, settings: DecidedSettings) -> Objective:
    """Each pair by itself, as in Will Koehrsen's tutorial: true ones are 1, others are 0 (`sigmoid`) or -1 (`mse`)."""
    sigmoid = settings.objective == "sigmoid"

    def steps(random: Generator) -> tuple[Any, ...]:
        drawn = sampling.pointwise_steps(pairs, settings.positives, settings.negatives, random)
        only = np.zeros((len(drawn.true), 1), np.int32)  # The one row of the layer that makes a probability.
        return (*drawn[:2], *([only, only] if sigmoid else []), *drawn[2:])

    def loss(articles: Any, links: Any, *rest: Any) -> Any:
        kernel, bias = rest[:2] if sigmoid else (None, None)
        seat, place, true = rest[-3:]
        unit_articles, unit_links = tf.math.l2_normalize(articles, axis=1), tf.math.l2_normalize(links, axis=1)
        cosine = tf.reduce_sum(tf.gather(unit_articles, seat) * tf.gather(unit_links, place), axis=1)
        if sigmoid:
            return tf.reduce_mean(tf.nn.sigmoid_cross_entropy_with_logits(true, cosine * kernel[0, 0] + bias[0]))
        return tf.reduce_mean((cosine - (2 * true - 1)) ** 2)

    n_tables = 4 if sigmoid else 2
    return Objective(steps, loss, (0.004, 0.004, 0.002, 0.002)[:n_tables], (0.99, 0.99, 0.999, 0.999)[:n_tables])
