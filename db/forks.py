"""What a forked child must not share with its parent: connections, pools of them, and threads."""

import os
from typing import Protocol
from weakref import WeakSet


class Parted(Protocol):
    """Something that parts from its twin in the parent."""

    def part(self) -> None:
        """Leave to the parent what is the parent's; this runs in the child, before anything else does."""


_parted: WeakSet[Parted] = WeakSet()


def in_children(one: Parted) -> None:
    """Call `one.part()` in every process that `os.fork` makes from now on, as long as `one` lives."""
    _parted.add(one)


def _part() -> None:
    for one in list(_parted):
        one.part()


if hasattr(os, "register_at_fork"):  # Windows has no fork
    os.register_at_fork(after_in_child=_part)
