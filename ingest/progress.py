"""Progress on stderr: a bar where a person looks on, or else a plain line now and then."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from db.importing.records import Record
from ingest.report import Report

SECONDS_BETWEEN_REDRAWS, SECONDS_BETWEEN_LINES = 0.2, 10.0


class Progress:
    """How far an import is: the jobs that are done, and the one that this process is reading."""

    def __init__(self, total: int, every: float, show: Callable[[int, str], None]) -> None:
        self._total = total
        self._every = every
        self._show = show
        self._done = Report("all")
        self._start = time.monotonic()
        self._due = self._start + every

    def add(self, report: Report) -> None:
        """Take the report of a job that is done."""
        self._done.absorb(report)
        self.tell()

    def tell(self, current: Report | None = None, now: bool = False) -> None:
        """Show the state, if it is time to or if `now` is set."""
        if not now and time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._every
        state = Report("all")
        for report in (self._done, *([current] if current else [])):
            state.absorb(report)
        seconds = max(time.monotonic() - self._start, 1e-3)
        rates = f"{state.pages / seconds:,.0f} pages/s, {state.bytes_read / 1e6 / seconds:,.1f} MB/s"
        self._show(state.bytes_read, f"{state.articles:,} articles in {state.pages:,} pages, {rates}")


def watch(progress: Progress, found: Iterable[Record], report: Report) -> Iterator[Record]:
    """Hand through what a job gives, and show how far it is."""
    for one in found:
        progress.tell(report)
        yield one
    progress.add(report)


@contextmanager
def shown(total: int) -> Iterator[Progress]:
    """Show progress towards `total` bytes, and at the end the final state."""
    if sys.stderr.isatty():
        with _bar(total) as show:
            progress = Progress(total, SECONDS_BETWEEN_REDRAWS, show)
            yield progress
            progress.tell(now=True)
    else:
        progress = Progress(total, SECONDS_BETWEEN_LINES, lambda read, state: _line(read, total, state))
        yield progress
        progress.tell(now=True)


@contextmanager
def _bar(total: int) -> Iterator[Callable[[int, str], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    percent, state = TextColumn("{task.percentage:3.0f} %"), TextColumn("{task.description}")
    with Progress(BarColumn(), percent, TimeRemainingColumn(), state, console=Console(stderr=True)) as bar:
        task = bar.add_task("", total=total)
        yield lambda read, state: bar.update(task, completed=read, description=state)


def _line(read: int, total: int, state: str) -> None:
    print(f"{read / max(total, 1):4.0%}  {state}", file=sys.stderr)
