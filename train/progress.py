"""How a training tells on stderr where it stands."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

if TYPE_CHECKING:
    from train.fit import Epoch

LINE_EVERY = 2.0  # seconds


@contextmanager
def progress() -> Iterator[Callable[["Epoch"], None]]:
    """A function to call at the end of every epoch: it moves a bar on a terminal, else prints a line now and then."""
    if not sys.stderr.isatty():
        yield _Lines()
        return
    columns = TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn()
    with Progress(*columns, console=Console(stderr=True)) as bar:
        task = bar.add_task("compiling", total=None)
        yield lambda epoch: bar.update(task, total=epoch.epochs, completed=epoch.number, description=_story(epoch))


class _Lines:
    def __init__(self) -> None:
        self._last = float("-inf")

    def __call__(self, epoch: "Epoch") -> None:
        if epoch.number in (1, epoch.epochs) or time.monotonic() - self._last >= LINE_EVERY:
            self._last = time.monotonic()
            print(f"{_story(epoch)}, {epoch.seconds_left:.0f} s left", file=sys.stderr, flush=True)


def _story(epoch: "Epoch") -> str:
    return f"epoch {epoch.number}/{epoch.epochs}: loss {epoch.loss:.4f}, {epoch.pairs_per_second:,.0f} pairs/s"
