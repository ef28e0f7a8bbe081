"""Moments at which Ctrl-C must wait."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held() -> Iterator[list[int]]:
    """Let Ctrl-C and SIGTERM wait for the end of the block; in other threads, which never get them, do nothing.

    The block gets a list, to which each signal that arrives is added, so that it may end early.
    """
    arrived: list[int] = []
    if threading.current_thread() is not threading.main_thread():
        yield arrived
        return
    signals = (signal.SIGINT, signal.SIGTERM)
    handlers = [signal.signal(number, lambda number, frame: arrived.append(number)) for number in signals]
    try:
        yield arrived
    finally:
        for number, handler in zip(signals, handlers, strict=True):
            signal.signal(number, handler)
        if arrived:
            signal.raise_signal(arrived[0])
