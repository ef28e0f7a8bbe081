"""How far a save or a restore is, on stderr: one line that changes on a terminal, or else a line now and then."""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

# Takes what is being done, how many bytes are done, and of how many; 0 where that is not known.
Show = Callable[[str, int, int], None]
SECONDS_BETWEEN_REDRAWS, SECONDS_BETWEEN_LINES = 0.2, 10.0
ERASE = "\r\x1b[2K"


@contextmanager
def shown() -> Iterator[Show]:
    """A function to call as often as one likes."""
    terminal = sys.stderr.isatty()
    every = SECONDS_BETWEEN_REDRAWS if terminal else SECONDS_BETWEEN_LINES
    due, former = time.monotonic() + every, ""

    def show(what: str, done: int, total: int) -> None:
        nonlocal due, former
        if time.monotonic() < due and (what == former or not terminal):
            return
        due, former = time.monotonic() + every, what
        share = f"{done / total:4.0%}  " if total else ""
        line = f"{share}{what}, {done / 1e6:,.0f} MB"
        print(f"{ERASE}{line}" if terminal else line, end="" if terminal else "\n", file=sys.stderr, flush=True)

    try:
        yield show
    finally:
        if terminal:
            print(ERASE, end="", file=sys.stderr, flush=True)
