"""What a machine may have too little of."""

import errno
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from db.errors import OutOfFiles, OutOfMemory

TOO_MANY_FILES = {errno.EMFILE, errno.ENFILE}
FILES_OF_A_CONNECTION = 4  # a socket, what waits for it, and what reading of names or keys opens
# The loader has no exception of its own for a library for which there is no memory.
NO_MEMORY_TO_LOAD = ("failed to map segment from shared object", "cannot allocate memory")

# A container's memory: what it may have, has, and could give back of that at once, by either version of control groups.
CONTROL_GROUPS = (
    ("memory.max", "memory.current", "inactive_file"),
    ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"),
)


@contextmanager
def explained() -> Iterator[None]:
    """Turn an error of the block into a clear one, if memory or open files ran out.

    Raises
    ------
    OutOfMemory, OutOfFiles
    """
    try:
        yield
    except (MemoryError, ImportError, OSError) as error:
        number = getattr(error, "errno", None)
        if number in TOO_MANY_FILES:
            raise OutOfFiles(reason=getattr(error, "strerror", error)) from error
        unloadable = any(words in str(error).lower() for words in NO_MEMORY_TO_LOAD)
        if isinstance(error, MemoryError) or number == errno.ENOMEM or unloadable:
            raise OutOfMemory(reason=str(error).strip() or type(error).__name__) from error
        raise


def check_files() -> None:
    """Refuse to go on without the few files that a connection needs; libpq does not say that they were missing.

    Raises
    ------
    OutOfFiles
    """
    opened: list[int] = []
    with explained():
        try:
            while len(opened) < FILES_OF_A_CONNECTION:
                opened.append(os.dup(2))
        finally:
            for file in opened:
                os.close(file)


def available_memory() -> float:
    """Return how many bytes this process may still take, without swap: of the machine, its container and its own limit.

    Infinity where nothing tells, as on macOS.
    """
    if sys.platform != "linux":
        return float("inf")
    bounds = [1024.0 * _field(Path("/proc/meminfo"), "MemAvailable:", unknown=2**62)]
    most, _ = resource.getrlimit(resource.RLIMIT_AS)
    if most != resource.RLIM_INFINITY:
        bounds.append(most - 1024.0 * _field(Path("/proc/self/status"), "VmSize:"))
    for line in Path("/proc/self/cgroup").read_text().splitlines():
        number, controllers, group = line.split(":", 2)
        if number == "0" or "memory" in controllers.split(","):
            root = Path("/sys/fs/cgroup", *(["memory"] if controllers else []))
            own = root / group[1:]
            bounds += [_unused(folder) for folder in (own, *own.parents) if folder.is_relative_to(root)]
    return max(min(bounds), 0.0)


def _unused(group: Path) -> float:
    for most, used, spare in CONTROL_GROUPS:
        with suppress(OSError, ValueError):  # It has no such file, or no limit ("max").
            inactive = _field(group / "memory.stat", spare)
            return int((group / most).read_text()) - int((group / used).read_text()) + inactive
    return float("inf")


def _field(path: Path, name: str, unknown: int = 0) -> int:
    lines = (line.split() for line in path.read_text().splitlines())
    return next((int(line[1]) for line in lines if line[:1] == [name]), unknown)
