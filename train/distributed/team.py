"""Training on several machines: each trains on its share of the articles, and all average the links after every epoch.

An epoch is the same compiled function as for one process. An article belongs to one worker, so no other worker needs
its row before the end. All other weights, and what the optimizer knows of them, become the workers' mean once per epoch
(local steps and averages: Stich 2019). The optimizer's part matters. Without it, the other workers push a link that few
articles of one worker have around at its full pace: with Adam, 1,413 books and 4 workers gave recall@20 .409, with its
means averaged .512, and one process .517. To reduce the gradients of every step instead would send both tables every
time, 16 MB for 80,000 rows. On loopback that took as long as the step's arithmetic, and XLA compiles no collective for
a processor.
"""

import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.backend import keras, tf
from train.config import DecidedSettings, Settings, option
from train.distributed.rendezvous import meet
from train.distributed.tf_config import Workers
from train.errors import TfConfigInvalid, WorkerLost
from train.trimming import fingerprint

SECONDS_TO_AVERAGE = 1800.0  # The fastest worker waits this long for the slowest at the end of an epoch.

Float32 = NDArray[np.float32]


class WorkerTeam:
    """The workers of one training, joined: a `train.fit.Team` of several processes.

    Attributes
    ----------
    index, size : int
        The number of this process among them, from 0 on, and how many they are.
    """

    def __init__(self, workers: Workers, pairs: Pairs, settings: DecidedSettings) -> None:
        if len(workers.addresses) > len(pairs.article_ids):
            raise TfConfigInvalid(reason=f"it has more workers than there are articles ({len(pairs.article_ids)})")
        meet(workers, _facts(pairs, settings))
        self.index, self.size = workers.index, len(workers.addresses)
        self._workers, self._n_articles = workers, len(pairs.article_ids)
        self._strategy = _strategy(settings.threads)
        if self._strategy.num_replicas_in_sync > self.size:
            raise TfConfigInvalid(reason="a worker sees several GPUs: start one for each, by CUDA_VISIBLE_DEVICES")
        self._total = tf.function(self._reduced)

    def share(self, pairs: Pairs) -> Pairs:
        """The pairs of every n-th article. All links are kept, even those that stand in none of these articles."""
        own = pairs.article_index % self.size == self.index
        return Pairs(
            article_ids=pairs.article_ids[self.index :: self.size],
            link_ids=pairs.link_ids,
            article_index=pairs.article_index[own] // self.size,
            link_index=pairs.link_index[own],
            occurrences=pairs.occurrences[own],
        )

    def average(self, variables: Sequence[Any], loss: float) -> float:
        """Give every variable but those of the articles its mean over the workers, and return the mean loss."""
        common = [one for one in variables if "articles" not in one.path and one.dtype == "float32"]
        *means, mean_loss = self._sum([one / self.size for one in (*common, tf.constant(loss))])
        for variable, mean in zip(common, means, strict=True):
            variable.assign(mean)
        return float(mean_loss)

    def gather(self, rows: Float32) -> Float32:
        """The trained rows of all articles, on every worker."""
        articles = np.zeros((self._n_articles, rows.shape[1]), np.float32)
        articles[self.index :: self.size] = rows
        (whole,) = self._sum([tf.constant(articles)])
        return np.asarray(whole, np.float32)

    def _sum(self, values: Sequence[Any]) -> Any:
        with _lost(self._workers):
            return self._total(values)

    def _reduced(self, values: Sequence[Any]) -> Any:
        options = tf.distribute.experimental.CommunicationOptions(timeout_seconds=SECONDS_TO_AVERAGE)

        def replica(values: Sequence[Any]) -> Any:
            # The copies are on this worker's device. Arguments are on none.
            here = [tf.identity(value) for value in values]
            return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, here, options=options)

        return self._strategy.run(replica, args=(values,))


def _facts(pairs: Pairs, settings: DecidedSettings) -> dict[str, Any]:
    """What must be the same for all workers. What was asked for comes before what follows from it."""
    by_size = [field.name for field in fields(Settings) if field.default is None]
    asked = [field.name for field in fields(Settings) if field.name not in by_size]
    first, last = ({option(name): getattr(settings, name) for name in names} for names in (asked, by_size))
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}
    return {**first, "pairs of fingerprint": fingerprint(pairs), **last, **versions}


def _strategy(threads: int) -> Any:
    """TensorFlow's own join, by TF_CONFIG."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)  # Once per process, before TensorFlow's first step.
    terminate = signal.getsignal(signal.SIGTERM)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    signal.signal(signal.SIGTERM, terminate)  # The strategy has it caught and ignored.
    return strategy


@contextmanager
def _lost(workers: Workers) -> Iterator[None]:
    """Say which worker is lost, instead of TensorFlow's error."""
    try:
        yield
    except tf.errors.OpError as error:
        named = re.search(r"/task:(\d+)", error.message)
        worker = workers.name(int(named[1])) if named else "a worker"
        # The first line says only "Graph execution error:", and a list of our own functions follows.
        reason = re.search(r"aborted by: (.+)", error.message)
        raise WorkerLost(worker=worker, reason=reason[1] if reason else error.message.splitlines()[0]) from error
