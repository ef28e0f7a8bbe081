"""Fit the model: a whole epoch is one compiled function."""

import time
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.backend import keras, tf
from train.config import Settings
from train.initial_rows import starting_rows
from train.model import build
from train.objectives import Objective, objective
from train.trimming import link_counts
from train.unit_vectors import article_vectors, unit

Float32 = NDArray[np.float32]


class Epoch(NamedTuple):
    """What is known when an epoch ends."""

    number: int
    epochs: int
    loss: float
    pairs_per_second: float
    seconds_left: float


class Alone:
    """Who trains: one process, on all pairs. `train.distributed.team.Team` is several."""

    index, size = 0, 1

    def share(self, pairs: Pairs) -> Pairs:
        """The pairs that this process trains on."""
        return pairs

    def agree(self, variables: Sequence[Any], loss: float) -> float:
        """What is done at the end of an epoch to the weights and the optimizer, here nothing; gives its loss."""
        return loss

    def tables(self, model: Any) -> tuple[Float32, Float32]:
        """The trained rows of all articles and links."""
        articles, links = (model.get_layer(name).get_weights()[0] for name in ("articles", "links"))
        return articles, links


ALONE = Alone()


class Fitted(NamedTuple):
    """A trained model.

    Attributes
    ----------
    articles, links : float32 arrays of shape (n, dimensions)
        Unit rows, in the order of the pairs' ids.
    metrics : dict
        As stored with the model.
    """

    articles: Float32
    links: Float32
    metrics: dict[str, Any]


def fit(
    pairs: Pairs, settings: Settings, report: Callable[[Epoch], None] = lambda epoch: None, team: Alone = ALONE
) -> Fitted:
    """Train on trimmed pairs with settled settings.

    The same pairs, settings and library versions give the same bytes on the same kind of processor, in any process.

    Parameters
    ----------
    report : function of Epoch
        Called at the end of every epoch.
    team : Alone or Team
        Which processes train.
    """
    start, cpu_start = time.perf_counter(), time.process_time()
    tf.config.threading.set_intra_op_parallelism_threads(settings.threads)  # before its first step
    share = team.share(pairs)
    articles, links = starting_rows(pairs, settings)
    model = build(articles[team.index :: team.size], links, settings)
    losses = _train(model, objective(model, share, link_counts(pairs), settings), share, settings, report, team)
    trained, links = map(unit, team.tables(model))
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
    if settings.objective == "softmax":  # the others store what they trained, as their inventor did
        trained = article_vectors(trained, links, pairs, settings.trained_weight)
    return Fitted(trained, links, metrics)


def _train(
    model: Any, goal: Objective, pairs: Pairs, settings: Settings, report: Callable[[Epoch], None], team: Alone
) -> list[float]:
    epochs = settings.epochs or 1
    losses: list[float] = []
    run_epoch = None
    start = time.perf_counter()
    for number in range(1, epochs + 1):
        arrays = goal.steps(np.random.default_rng([settings.seed, team.index, number]))
        if run_epoch is None:
            optimizer = goal.optimizer(epochs * len(arrays[0]))
            run_epoch = compiled_epoch(model, goal, optimizer)
        losses.append(team.agree([*model.variables, *optimizer.variables], float(run_epoch(*arrays))))
        seconds = time.perf_counter() - start
        speed = number * len(pairs.article_index) / seconds
        report(Epoch(number, epochs, losses[-1], speed, seconds / number * (epochs - number)))
    return losses


def compiled_epoch(model: Any, goal: Objective, optimizer: Any) -> Callable[..., Any]:
    """A function from the arrays of an epoch to its mean loss, which trains the model's weights on the way.

    Compiled by XLA as one loop: the same steps in Keras's `fit` take 4 to 8 times as long, most of it outside of the
    arithmetic. XLA wants fixed shapes, which is why the steps are padded.
    """
    optimizer.build(model.trainable_variables)
    variables = [variable.value for variable in model.trainable_variables]

    def epoch(*arrays: Any) -> Any:
        total = 0.0
        steps = arrays[0].shape[0]
        for step in tf.range(steps):
            with tf.GradientTape() as tape:
                loss = goal.loss(*(array[step] for array in arrays))
            gradients = tape.gradient(loss, variables)
            optimizer.apply([tf.convert_to_tensor(gradient) for gradient in gradients])
            total += loss
        return total / steps

    compiled: Callable[..., Any] = tf.function(epoch, jit_compile=True)
    return compiled
