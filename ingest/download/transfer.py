"""How far the parts of a dump are, shown on stderr: bars where a person looks on, or else a line now and then."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from ingest.download.mirror import Part

SECONDS_BETWEEN_LINES = 10.0

State = Literal["waiting", "checking", "fetching", "there", "fetched"]


@dataclass(slots=True)
class Transfer:
    """How far a part is; one thread writes it, and the display reads it.

    Attributes
    ----------
    done, fetched : int
        Bytes on disk, and bytes that came in this run.
    state : {"waiting", "checking", "fetching", "there", "fetched"}
        A part is "there" when this run did not have to fetch a byte of it.
    trouble : str
        Why the part waits for another attempt; empty while bytes come.
    started : float
        When its fetching began, on the monotonic clock.
    """

    part: Part
    done: int = 0
    fetched: int = 0
    state: State = "waiting"
    trouble: str = ""
    started: float = 0.0

    @property
    def is_active(self) -> bool:
        """Whether a thread is working on it."""
        return self.state in {"checking", "fetching"}

    def __str__(self) -> str:
        if self.state == "checking" or self.trouble:
            return self.trouble or self.state
        return pace(self.done, self.part.size, self.fetched, time.monotonic() - self.started)


def volume(size: int) -> str:
    """Bytes as a person reads them."""
    return f"{size / 1e9:,.1f} GB" if size >= 1e9 else f"{size / 1e6:,.1f} MB"


def pace(done: int, size: int, fetched: int, seconds: float) -> str:
    """How much of the whole is done, and once a byte has come, how fast it goes and how long it will take."""
    speed = fetched / max(seconds, 1e-3)
    left = f", {speed / 1e6:,.1f} MB/s, {timedelta(seconds=round((size - done) / speed))} left" if speed else ""
    return f"{volume(done)} of {volume(size)}{left}"


@contextmanager
def watch(transfers: Sequence[Transfer]) -> Iterator[Callable[[], None]]:
    """Give a function that shows on stderr how far the transfers are; call it now and then."""
    start = time.monotonic()
    with _bars(transfers, start) if sys.stderr.isatty() else _lines(transfers, start) as show:
        yield show
        show()


def _whole(transfers: Sequence[Transfer], start: float) -> str:
    done, size = sum(one.done for one in transfers), sum(one.part.size for one in transfers)
    return pace(done, size, sum(one.fetched for one in transfers), time.monotonic() - start)


@contextmanager
def _bars(transfers: Sequence[Transfer], start: float) -> Iterator[Callable[[], None]]:
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn

    columns = (TextColumn("{task.description}"), BarColumn(20), TextColumn("{task.fields[pace]}", markup=False))
    with Progress(*columns, console=Console(stderr=True)) as progress:
        whole = progress.add_task("in all", total=sum(one.part.size for one in transfers), pace="")
        bars = {
            one.part.name: progress.add_task(one.part.name, total=one.part.size, pace="", visible=False)
            for one in transfers
        }

        def show() -> None:
            for one in transfers:
                progress.update(bars[one.part.name], completed=one.done, pace=str(one), visible=one.is_active)
            progress.update(whole, completed=sum(one.done for one in transfers), pace=_whole(transfers, start))

        yield show


@contextmanager
def _lines(transfers: Sequence[Transfer], start: float) -> Iterator[Callable[[], None]]:
    due = start + SECONDS_BETWEEN_LINES

    def show() -> None:
        nonlocal due
        complete = all(one.state in {"there", "fetched"} for one in transfers)
        if time.monotonic() >= due or complete:
            due = time.monotonic() + SECONDS_BETWEEN_LINES
            troubles = "".join(f"; {one.part.name}: {one.trouble}" for one in transfers if one.trouble)
            print(_whole(transfers, start) + troubles, file=sys.stderr)

    yield show
