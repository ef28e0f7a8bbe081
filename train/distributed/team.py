"""Training on several machines: each on its share of the articles, and all agree on the links after every epoch.

An epoch is the same compiled function as of one process. An article belongs to one worker, so its row is needed nowhere
else before the end; all other weights, and what the optimizer knows of them, become the workers' mean once an epoch
(local steps and averages: Stich 2019). Without the optimizer's part, a link that few articles of one worker have is
pushed around by the others at Adam's full pace: 1,413 books and 4 workers gave recall@20 .409, with it .512, one
process .517. Reducing the gradients of every step instead sends both tables every time, 16 MB of 80,000 rows: on
loopback that took as long as the step's arithmetic, and XLA compiles no collective for a processor.
"""

import re
import signal
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from db.pairs import Pairs
from train.backend import keras, tf
from train.config import Settings, option
from train.distributed.rendezvous import meet
from train.distributed.tf_config import Workers
from train.errors import TfConfigInvalid, WorkerLost
from train.fit import Alone
from train.trimming import fingerprint

TIMEOUT = 1800.0  # seconds that the fastest worker waits for the slowest at the end of an epoch
DECIDED = [field.name for field in fields(Settings) if field.default is None]  # by the number of articles

Float32 = NDArray[np.float32]


class Team(Alone):
    """The workers of one training, joined; what `train.fit.Alone` is for one process.

    Attributes
    ----------
    index, size : int
        Which of them this process is, and how many they are.
    """

    def __init__(self, workers: Workers, pairs: Pairs, settings: Settings) -> None:
        if len(workers.addresses) > len(pairs.article_ids):
            raise TfConfigInvalid(reason=f"it has more workers than there are articles ({len(pairs.article_ids)})")
        meet(workers, _facts(pairs, settings))
        self.index, self.size = workers.index, len(workers.addresses)
        self._workers, self._articles = workers, len(pairs.article_ids)
        self._strategy = _strategy(settings.threads)
        if self._strategy.num_replicas_in_sync > self.size:
            raise TfConfigInvalid(reason="a worker sees several GPUs: start one for each, by CUDA_VISIBLE_DEVICES")
        self._total = tf.function(self._reduced)

    def share(self, pairs: Pairs) -> Pairs:
        """The pairs of every n-th article; all links, whether they stand in one of these or not."""
        own = pairs.article_index % self.size == self.index
        return Pairs(
            article_ids=pairs.article_ids[self.index :: self.size],
            link_ids=pairs.link_ids,
            article_index=pairs.article_index[own] // self.size,
            link_index=pairs.link_index[own],
            occurrences=pairs.occurrences[own],
        )

    def agree(self, variables: Sequence[Any], loss: float) -> float:
        """Give every variable that is not the articles' its mean over the workers; gives the mean loss."""
        common = [one for one in variables if "articles" not in one.path and one.dtype == "float32"]
        *means, mean_loss = self._sum([one / self.size for one in (*common, tf.constant(loss))])
        for variable, mean in zip(common, means, strict=True):
            variable.assign(mean)
        return float(mean_loss)

    def tables(self, model: Any) -> tuple[Float32, Float32]:
        """The trained rows of all articles and links, on every worker."""
        own, links = (model.get_layer(name).get_weights()[0] for name in ("articles", "links"))
        articles = np.zeros((self._articles, own.shape[1]), np.float32)
        articles[self.index :: self.size] = own
        (whole,) = self._sum([tf.constant(articles)])
        return whole.numpy(), links

    def _sum(self, values: Sequence[Any]) -> Any:
        with _lost(self._workers):
            return self._total(values)

    def _reduced(self, values: Sequence[Any]) -> Any:
        options = tf.distribute.experimental.CommunicationOptions(timeout_seconds=TIMEOUT)

        def replica(values: Sequence[Any]) -> Any:
            here = [tf.identity(value) for value in values]  # on this worker's device; arguments are on none
            return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, here, options=options)

        return self._strategy.run(replica, args=(values,))


def _facts(pairs: Pairs, settings: Settings) -> dict[str, Any]:
    """What must be the same for all workers; what one is asked for comes before what follows from it."""
    asked = {option(name): value for name, value in asdict(settings).items() if name not in DECIDED}
    decided = {option(name): getattr(settings, name) for name in DECIDED}
    versions = {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__}
    return {**asked, "pairs of fingerprint": fingerprint(pairs), **decided, **versions}


def _strategy(threads: int) -> Any:
    """TensorFlow's own join, by TF_CONFIG."""
    tf.config.threading.set_intra_op_parallelism_threads(threads)  # once a process, before TensorFlow's first step
    terminate = signal.getsignal(signal.SIGTERM)
    strategy = tf.distribute.MultiWorkerMirroredStrategy()
    signal.signal(signal.SIGTERM, terminate)  # the strategy has it caught and do nothing
    return strategy


@contextmanager
def _lost(workers: Workers) -> Iterator[None]:
    try:
        yield
    except tf.errors.OpError as error:
        named = re.search(r"/task:(\d+)", error.message)
        worker = workers.name(int(named[1])) if named else "a worker"
        raise WorkerLost(worker=worker, reason=error.message.splitlines()[0]) from error
