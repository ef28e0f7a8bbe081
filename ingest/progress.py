"""Progress on stderr: a bar where a person looks on, else a plain line now and then."""

import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import NamedTuple

from db.articles import Article, Redirect
from ingest.report import Report

Show = Callable[["State"], None]
BAR_EVERY, LINE_EVERY = 0.2, 10.0  # seconds


class State(NamedTuple):
    """How far the reading is: bytes of the files on disk, pages, articles, seconds."""

    bytes_read: int
    pages: int
    articles: int
    seconds: float

    def __str__(self) -> str:
        seconds = max(self.seconds, 1e-3)
        rates = f"{self.pages / seconds:,.0f} pages/s, {self.bytes_read / 1e6 / seconds:,.1f} MB/s"
        return f"{self.articles:,} articles in {self.pages:,} pages, {rates}"


def watch(records: Iterable[Article | Redirect], reports: Sequence[Report], total: int) -> Iterator[Article | Redirect]:
    """Hand the records through and show how far the reading is.

    Parameters
    ----------
    records : iterable of Article or Redirect
        Whose reading counts in `reports`.
    reports : sequence of Report
        One a source.
    total : int
        Bytes of all sources on disk.
    """
    on_terminal = sys.stderr.isatty()
    every = BAR_EVERY if on_terminal else LINE_EVERY
    start = time.monotonic()
    due = start + every
    with _bar(total) if on_terminal else _lines(total) as show:
        for record in records:
            if time.monotonic() >= due:
                show(_state(reports, start))
                due = time.monotonic() + every
            yield record
        show(_state(reports, start))


def _state(reports: Sequence[Report], start: float) -> State:
    read, pages = sum(one.bytes_read for one in reports), sum(one.pages for one in reports)
    return State(read, pages, sum(one.articles for one in reports), time.monotonic() - start)


@contextmanager
def _bar(total: int) -> Iterator[Show]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        BarColumn(),
        TextColumn("{task.percentage:3.0f} %"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        task = progress.add_task("", total=total)
        yield lambda state: progress.update(task, completed=state.bytes_read, description=str(state))


def _lines(total: int) -> AbstractContextManager[Show]:
    def show(state: State) -> None:
        print(f"{state.bytes_read / max(total, 1):4.0%}  {state}", file=sys.stderr)

    return nullcontext(show)
