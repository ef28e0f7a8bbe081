"""What a training takes of the machine, reckoned before it starts."""

from math import log2
from typing import NamedTuple

from db import shortage
from db.pairs import Pairs
from train.config import DecidedSettings
from train.errors import MemoryMissing

# Bytes, as measured with 37,020 to 1,000,000 articles at 50 to 300 dimensions. There the reckoning is at most 8 % too
# low, and 15 % too high. Half of the first is TensorFlow's code.
AT_ALL, PER_PAIR, PER_POINTWISE_PAIR, PER_FLOAT, PER_PAIR_READ = 850e6, 41, 141, 16, 100


class Needs(NamedTuple):
    """What is needed.

    Attributes
    ----------
    memory : float
        Bytes of this process at most.
    seconds : float
        CPU seconds of this process and of the server, to the end of the first index.
    """

    memory: float
    seconds: float

    def __str__(self) -> str:
        time = f"{self.seconds / 60:.0f} minutes" if self.seconds > 100 else f"{self.seconds:.0f} s"
        return f"{self.memory / 1e9:.1f} GB of memory and some {time} of a core"


def of_training(pairs: Pairs, settings: DecidedSettings, workers: int = 1) -> Needs:
    """Reckon it from the trimmed pairs, of which each worker has its share; docs/scale.md has the measurements."""
    n_articles, n_pairs = len(pairs.article_ids), len(pairs.article_index) / workers
    floats = settings.dimensions * (n_articles / workers + len(pairs.link_ids))
    is_softmax, fifties = settings.objective == "softmax", settings.dimensions / 50
    epoch = n_pairs * 1e-6 * (0.6 + 0.6 * fifties if is_softmax else 3 + 0.7 * fifties)
    index = 20e-6 * n_articles * log2(n_articles + 1) * (0.6 + 0.4 * fifties)
    memory = AT_ALL + (PER_PAIR if is_softmax else PER_POINTWISE_PAIR) * n_pairs + PER_FLOAT * floats
    return Needs(memory, 3 + (1.5 + settings.epochs) * epoch + index)


def check(what: str, needed: float) -> None:
    """Refuse what the memory would not do for.

    Raises
    ------
    MemoryMissing
    """
    available = shortage.available_memory()
    if needed > available:
        raise MemoryMissing(what=what, needed=f"{needed / 1e9:.1f}", available=f"{available / 1e9:.1f}")
