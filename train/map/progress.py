"""How the making of a map tells on stderr where it stands."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

# From a description, how much is done, and of how much.
OnWork = Callable[[str, int, int], None]


@contextmanager
def shown() -> Iterator[OnWork]:
    """A function to call when some more is done. On a terminal it moves a bar, elsewhere it prints each task once."""
    if not sys.stderr.isatty():
        told: set[str] = set()

        def line(what: str, done: int, total: int) -> None:
            if what not in told:
                told.add(what)
                print(what, file=sys.stderr, flush=True)

        yield line
        return
    with Progress(
        TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn(), console=Console(stderr=True)
    ) as bar:
        task = bar.add_task("reading", total=None)
        yield lambda what, done, total: bar.update(task, description=what, completed=done, total=total)
