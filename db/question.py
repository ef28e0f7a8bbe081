"""All that one client asks at once: how long it may take in sum, and a way to call it off from another thread."""

import time
from contextvars import ContextVar, Token
from typing import Self

from psycopg.errors import QueryCanceled

_asked: ContextVar["Question | None"] = ContextVar("asked", default=None)


class Question:
    """What a thread asks within `with question:` is called off by `cancel`, or when its seconds have passed.

    A statement that is running is cancelled on the server within a fifth of a second, and no other one starts. Both
    raise `db.errors.DatabaseBusy`, and the connection can be used again.

    Parameters
    ----------
    seconds : float or None
        How long the question may take in sum, from now on.
    """

    def __init__(self, seconds: float | None = None) -> None:
        self._end = float("inf") if seconds is None else time.monotonic() + seconds
        self._tokens: list[Token[Question | None]] = []

    def cancel(self) -> None:
        """Call it off; any thread may do so, at any time and more than once."""
        self._end = float("-inf")

    @property
    def is_over(self) -> bool:
        """Whether it was called off, or its seconds have passed."""
        return time.monotonic() >= self._end

    def __enter__(self) -> Self:
        self._tokens.append(_asked.set(self))
        return self

    def __exit__(self, *_: object) -> None:
        _asked.reset(self._tokens.pop())


def is_over() -> bool:
    """Whether the question that this thread is asking is over; False if it asks none."""
    question = _asked.get()
    return question is not None and question.is_over


def check() -> None:
    """Raise what the server would, if the question that this thread is asking is over."""
    if is_over():
        raise QueryCanceled("the question was called off, or took longer than it may")
