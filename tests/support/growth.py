"""CPU time by the size of the input: what is linear takes 4 times as long for 4 times as much, what is quadratic 16."""

import gc
import time
from collections.abc import Callable
from typing import TypeVar

Input = TypeVar("Input")

BETWEEN_LINEAR_AND_QUADRATIC = 8


def assert_linear(
    read: Callable[[Input], object],
    make: Callable[[int], Input],
    size: int,
    too_short: float = 0.005,
    name: str = "it",
) -> None:
    """Compare the CPU times of `make(size)` and of `make(4 * size)`.

    Measured up to three times, since the machine may be busy. Less than `too_short` seconds are taken as linear.
    """
    read(make(1))  # what is done only once, such as to load a list, is done by now
    for _ in range(3):
        short, long = _seconds(read, make(size)), _seconds(read, make(4 * size))
        if long < max(too_short, BETWEEN_LINEAR_AND_QUADRATIC * short):
            return
    raise AssertionError(f"{name} takes {long:.3f} s for an input of {4 * size}, and {short:.3f} s for one of {size}")


def repeated(start: str, piece: str, end: str = "") -> Callable[[int], str]:
    """Texts of any length: a start, a piece many times over, an end."""
    return lambda size: start + piece * (size // len(piece)) + end


def _seconds(read: Callable[[Input], object], given: Input) -> float:
    gc.disable()  # a full collection looks at all that the tests have loaded, for 0.1 s
    start = time.process_time()
    read(given)
    seconds = time.process_time() - start
    gc.enable()
    return seconds
