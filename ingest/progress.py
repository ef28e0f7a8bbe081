"""Progress on stderr: a bar where a person looks on, else a plain line now and then."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager

from db.importing.staging import Record
from ingest.report import Report

BAR_EVERY, LINE_EVERY = 0.2, 10.0  # seconds


class Progress:
    """How far an import is: what is read, and the report of the job that this process reads itself."""

    def __init__(self, total: int, every: float, show: Callable[[int, str], None]) -> None:
        self._total = total
        self._every = every
        self._show = show
        self._read = Report("all")
        self._start = time.monotonic()
        self._due = self._start + every

    def add(self, report: Report) -> None:
        """A job is done."""
        self._read.absorb(report)
        self.tell()

    def tell(self, current: Report | None = None, now: bool = False) -> None:
        """Show the state, if it is time to."""
        if not now and time.monotonic() < self._due:
            return
        self._due = time.monotonic() + self._every
        state = Report("all")
        for report in (self._read, *([current] if current else [])):
            state.absorb(report)
        seconds = max(time.monotonic() - self._start, 1e-3)
        rates = f"{state.pages / seconds:,.0f} pages/s, {state.bytes_read / 1e6 / seconds:,.1f} MB/s"
        self._show(state.bytes_read, f"{state.articles:,} articles in {state.pages:,} pages, {rates}")


def watch(progress: Progress, records: Iterable[Record], report: Report) -> Iterator[Record]:
    """Hand the records of a job through and show how far it is."""
    for record in records:
        progress.tell(report)
        yield record
    progress.add(report)


@contextmanager
def shown(total: int) -> Iterator[Progress]:
    """Show progress towards so many bytes, and the final state at the end."""
    if sys.stderr.isatty():
        with _bar(total) as show:
            progress = Progress(total, BAR_EVERY, show)
            yield progress
            progress.tell(now=True)
    else:
        progress = Progress(total, LINE_EVERY, lambda read, state: _line(read, total, state))
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
