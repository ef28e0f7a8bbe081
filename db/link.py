"""A connection that waits no longer than it may, can be called off, and stays with the process that opened it."""

import os
import socket
import time
from collections.abc import Generator
from contextlib import suppress
from typing import Any, TypeVar

import psycopg

from db import forks, question

Given = TypeVar("Given")

# A statement that is cancelled has this long to end, and the server to take the word.
SECONDS_TO_CANCEL = 2.0


class NoAnswer(psycopg.OperationalError):
    """The server took the statement and is silent."""


class Link(psycopg.Connection[Any]):
    """One connection.

    Attributes
    ----------
    patience : float
        Seconds to wait for the answer of a statement; then the connection is closed, because the server is silent.
    is_pooled : bool
        Whether a pooler stands between, which may give each transaction to another session of the server.
    own_settings : str
        The statement that brings the settings of `db.limits` into a transaction.
    """

    patience = float("inf")
    is_pooled = False
    own_settings = ""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        forks.in_children(self)

    def part(self) -> None:
        """Let go of the parent's socket: in the child this connection is one that the server has closed."""
        if not self.closed:
            silent, end = socket.socketpair()
            os.dup2(silent.fileno(), self.fileno(), inheritable=False)
            silent.close()
            end.close()

    def wait(self, gen: Generator[Any, Any, Given], *given: Any, **named: Any) -> Given:
        """Do as psycopg does, which wakes every tenth of a second, and look at the clock whenever it wakes."""
        return super().wait(self._watched(gen), *given, **named)

    def _watched(self, gen: Generator[Any, Any, Given]) -> Generator[Any, Any, Given]:
        end = time.monotonic() + self.patience
        called_off = False
        try:
            wanted = next(gen)
            while True:
                ready = yield wanted
                if not ready:  # nothing has come
                    if time.monotonic() >= end:
                        self.pgconn.finish()
                        raise NoAnswer("the server gave no answer in time")
                    if question.is_over() and not called_off:
                        called_off, end = True, time.monotonic() + SECONDS_TO_CANCEL
                        with suppress(psycopg.Error):
                            self.cancel_safe(timeout=SECONDS_TO_CANCEL)
                wanted = gen.send(ready)
        except StopIteration as ended:
            given: Given = ended.value
            return given
