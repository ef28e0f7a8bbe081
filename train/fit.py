"""Fit the model: a whole epoch is one compiled function."""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, Protocol

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.backend import keras, tf
from train.config import DecidedSettings
from train.initial_rows import starting_rows
from train.model import build
from train.objectives import Objective, objective
from train.progress import Epoch, OnEpoch
from train.trimming import link_counts
from train.unit_vectors import article_vectors, rarity, unit

Float32 = NDArray[np.float32]


class Team(Protocol):
    """The processes that train one model: `Alone` is one, `train.distributed.team.WorkerTeam` is several.

    Attributes
    ----------
    index, size : int
        The number of this process among them, from 0 on, and how many they are.
    """

    index: int
    size: int

    def share(self, pairs: Pairs) -> Pairs:
        """The pairs of this process: its articles are `index`, `index + size`, `index + 2 * size` and so on."""

    def average(self, variables: Sequence[Any], loss: float) -> float:
        """After an epoch, give the variables that all processes train their mean, and return the mean loss."""

    def gather(self, rows: Float32) -> Float32:
        """The rows of all articles, where each process has the rows of its own."""


class Alone:
    """A team of one process, which trains on all pairs and has nothing to average or to gather."""

    index, size = 0, 1

    def share(self, pairs: Pairs) -> Pairs:
        """All pairs."""
        return pairs

    def average(self, variables: Sequence[Any], loss: float) -> float:
        """The loss as it is; the variables stay as they are."""
        return loss

    def gather(self, rows: Float32) -> Float32:
        """The rows as they are."""
        return rows


ALONE = Alone()


class Fitted(NamedTuple):
    """A trained model.

    Attributes
    ----------
    articles : float32 array of shape (n_articles, dimensions)
        Unit rows, in the order of the pairs' article ids, by which neighbours are found.
    trained : float32 array of shape (n_articles, dimensions)
        Unit rows by which links are ranked.
    links : float32 array of shape (n_links, dimensions)
        Unit rows, in the order of the pairs' link ids.
    link_weights : float32 array of shape (n_links,)
        The weight of each link in a mean of links, in the order of the pairs' link ids: see `unit_vectors.rarity`.
    metrics : dict
        As stored with the model.
    """

    articles: Float32
    trained: Float32
    links: Float32
    link_weights: Float32
    metrics: dict[str, Any]


def fit(pairs: Pairs, settings: DecidedSettings, on_epoch: OnEpoch = lambda epoch: None, team: Team = ALONE) -> Fitted:
    """Train on trimmed pairs.

    The same pairs, settings and library versions give the same bytes on the same kind of processor, in any process.

    Parameters
    ----------
    on_epoch : function of Epoch
        Called at the end of every epoch.
    team : Team
        The processes that train this model.
    """
    start, cpu_start = time.perf_counter(), time.process_time()
    tf.config.threading.set_intra_op_parallelism_threads(settings.threads)  # It works only before the first step.
    share = team.share(pairs)
    model = _started(pairs, settings, team)
    losses = _train(model, objective(share, link_counts(pairs), settings), share, settings, on_epoch, team)
    articles, links = (model.get_layer(name).get_weights()[0] for name in ("articles", "links"))
    trained, links = unit(team.gather(articles)), unit(links)
    seconds = time.perf_counter() - start
    metrics = {
        "loss": losses[-1],
        "epochs": len(losses),
        "seconds": round(seconds, 3),
        "cpu_seconds": round(time.process_time() - cpu_start, 3),
        "pairs_per_second": round(len(losses) * len(pairs.article_index) / seconds),
        "articles": len(pairs.article_ids),
        "links": len(pairs.link_ids),
        "pairs": len(pairs.article_index),
        "workers": team.size,
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__},
    }
    is_softmax = settings.objective == "softmax"  # The others use what they trained for both, as their inventor did.
    articles = article_vectors(trained, links, pairs, settings.trained_weight) if is_softmax else trained
    return Fitted(articles, trained, links, rarity(pairs), metrics)


def _started(pairs: Pairs, settings: DecidedSettings, team: Team) -> Any:
    """The model before its first step; the arrays that it starts from are freed."""
    articles, links = starting_rows(pairs, settings)
    return build(articles[team.index :: team.size], links, settings)


def _train(
    model: Any, goal: Objective, pairs: Pairs, settings: DecidedSettings, on_epoch: OnEpoch, team: Team
) -> list[float]:
    """Train the model's weights on the way; the mean loss of each epoch."""
    epochs = settings.epochs
    losses: list[float] = []
    run_epoch, squares = compiled_epoch(model, goal)
    start = time.perf_counter()
    for number in range(1, epochs + 1):
        arrays = goal.steps(np.random.default_rng([settings.seed, team.index, number]))
        n_steps = len(arrays[0])
        left = 1 - (np.arange(n_steps, dtype=np.float32) / n_steps + number - 1) / epochs
        losses.append(team.average([*model.variables, *squares], float(run_epoch(left, *arrays))))
        seconds = time.perf_counter() - start
        speed = number * len(pairs.article_index) / seconds
        on_epoch(Epoch(number, epochs, losses[-1], speed, seconds / number * (epochs - number)))
    return losses


def compiled_epoch(model: Any, goal: Objective) -> tuple[Callable[..., Any], list[Any]]:
    """A function from what is left of the rates in each step, and the arrays of an epoch, to the epoch's mean loss.

    It trains the model's tables on the way. XLA compiles it as one loop. The same steps in Keras's `fit` take many
    times as long, and most of that is outside the arithmetic. XLA wants fixed shapes, so the steps are padded.

    Returns
    -------
    epoch : function
    squares : list of keras.Variable
        Each row's mean of squared gradients, which the team averages with the tables.
    """
    tables = model.trainable_variables
    names = [table.path.replace("/", "_") for table in tables]
    squares = [
        keras.Variable(np.zeros(table.shape[0], np.float32), name=f"{name}_squares")
        for table, name in zip(tables, names, strict=True)
    ]

    def epoch(left: Any, *arrays: Any) -> Any:
        total = 0.0
        for step in tf.range(left.shape[0]):
            here = [array[step] for array in arrays]
            numbers = here[: len(tables)]
            rows = [tf.gather(table.value, number) for table, number in zip(tables, numbers, strict=True)]
            with tf.GradientTape() as tape:
                tape.watch(rows)
                loss = goal.loss(*rows, *here)
            gradients = tape.gradient(loss, rows)
            parts = tables, squares, numbers, rows, gradients, goal.rates, goal.memories
            for table, square, number, row, gradient, rate, memory in zip(*parts, strict=True):
                _move(table, square, number, row, gradient, rate * left[step], memory)
            total += loss
        return total / left.shape[0]

    return tf.function(epoch, jit_compile=True), squares


def _move(table: Any, square: Any, number: Any, row: Any, gradient: Any, rate: Any, memory: float) -> None:
    """Move the rows of a step down their gradients, each divided by the root of its mean of squares.

    This is RMSProp (Tieleman and Hinton 2012) with one mean for a row, as in Adafactor (Shazeer and Stern 2018), which
    only the steps of the row change. So the cost of a step does not depend on the size of the tables. XLA leaves out
    the rows whose number is past the end.
    """
    flat = tf.reshape(gradient, [gradient.shape[0], -1])
    now, before = tf.reduce_mean(flat**2, axis=1), tf.gather(square.value, number)
    mean = tf.where(before > 0, memory * before + (1 - memory) * now, now)
    square.value.scatter_update(tf.IndexedSlices(mean, number))
    moved = tf.reshape(rate * tf.math.rsqrt(mean + 1e-20)[:, None] * flat, row.shape)
    table.value.scatter_update(tf.IndexedSlices(row - moved, number))
