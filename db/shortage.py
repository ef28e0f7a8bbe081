"""What a machine may have too little of."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager

from db.errors import OutOfFiles, OutOfMemory

TOO_MANY_FILES = {errno.EMFILE, errno.ENFILE}
FILES_OF_A_CONNECTION = 4  # a socket, what waits for it, and what reading of names or keys opens
# The loader has no exception of its own for a library for which there is no memory.
NO_MEMORY_TO_LOAD = ("failed to map segment from shared object", "cannot allocate memory")


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
