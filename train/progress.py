"""How a training tells on stderr where it stands."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import NamedTuple

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

SECONDS_BETWEEN_LINES = 2.0


class Epoch(NamedTuple):
    """What is known when an epoch ends."""

    number: int
    epochs: int
    loss: float
    pairs_per_second: float
    seconds_left: float


OnEpoch = Callable[[Epoch], None]


@contextmanager
def progress() -> Iterator[OnEpoch]:
    """A function to call at the end of every epoch. On a terminal it moves a bar, elsewhere it prints some lines."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("compiling", total=None)
        yield lambda epoch: bar.update(task, total=epoch.epochs, completed=epoch.number, description=_story(epoch))


class _Lines:
    """Prints the first epoch, the last one, and those between that end long enough after the line before."""

    def __init__(self) -> None:
        self._last = float("-inf")

    def __call__(self, epoch: Epoch) -> None:
        if epoch.number in (1, epoch.epochs) or time.monotonic() - self._last >= SECONDS_BETWEEN_LINES:
            self._last = time.monotonic()
            print(f"{_story(epoch)}, {epoch.seconds_left:.0f} s left", file=sys.stderr, flush=True)


def _story(epoch: Epoch) -> str:
    return f"epoch {epoch.number}/{epoch.epochs}: loss {epoch.loss:.4f}, {epoch.pairs_per_second:,.0f} pairs/s"
