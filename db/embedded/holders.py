"""Which processes have a file open, as far as the system says so (Linux does, of processes that we may look into)."""

import os
import shlex
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path


def named(path: Path) -> str:
    """Name the other processes that have the file open, with their commands."""
    return " and ".join(f"process {number} ({_command(number)})" for number in _holders(path)) or "another process"


def _holders(path: Path) -> Iterator[int]:
    for process in Path("/proc").glob("[0-9]*"):
        with suppress(OSError):  # it has ended, or is somebody else's
            if int(process.name) != os.getpid() and any(one.readlink() == path for one in (process / "fd").iterdir()):
                yield int(process.name)


def _command(number: int) -> str:
    try:
        return shlex.join(Path(f"/proc/{number}/cmdline").read_text(errors="replace").rstrip("\0").split("\0"))
    except OSError:
        return "which has ended since"
