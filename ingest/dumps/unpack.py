"""Packed bytes to plain ones, a piece at a time.

rapidgzip unpacks bz2. It costs 0.85 of what Python's bz2 module does, and several threads can share even one stream.
"""

import atexit
import errno
import io
import os
import re
import sys
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple

from rapidgzip import IndexedBzip2File

from db import interrupts

# Plain bytes in a chunk. So many stay in the processor's cache while they are parsed, and a gz file of a billion zeros
# is unpacked in small pieces.
CHUNK_SIZE = 1 << 18
# Packed bytes. A multistream dump has about 300 KB in each stream, other dumps have one stream for the whole file.
LONGEST_STREAM = 1 << 23

BZ2_STREAM_START = re.compile(rb"BZh[1-9]1AY&SY")  # chance makes these 10 bytes once in 10^24

Packing = Literal["plain", "bz2", "gz"]


class Chunk(NamedTuple):
    """A piece of a file, unpacked, and how many of the packed bytes have been taken up to its end."""

    content: bytes
    taken: int


class FilePart(io.RawIOBase):
    """The bytes of a file from `start` to `stop`, as a file of its own; `stop` None is the file's end."""

    def __init__(self, path: Path, start: int = 0, stop: int | None = None) -> None:
        self._file = path.open("rb", buffering=0)
        self._start = start
        self.size = (path.stat().st_size if stop is None else stop) - start
        self.seek(0)

    def readable(self) -> bool:
        """Yes."""
        return True

    def seekable(self) -> bool:
        """Yes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Read, but not past the end of the part."""
        return self._file.readinto(memoryview(buffer)[: max(self.size - self.tell(), 0)]) or 0

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move to a place in the part, and return it."""
        base = (0, self.tell(), self.size)[whence]
        self._file.seek(self._start + base + offset)
        return self.tell()

    def tell(self) -> int:
        """The place in the part."""
        return self._file.tell() - self._start

    def close(self) -> None:
        """Close the file."""
        self._file.close()
        super().close()


def unpack(part: FilePart, packing: Packing, threads: int) -> Iterator[Chunk]:
    """Unpack a part of a file, chunk by chunk.

    Raises
    ------
    EOFError, OSError
        The packed bytes stop in the middle, or they are not of this packing.
    """
    if packing == "bz2":
        return _unpack_bz2(part, threads)
    pieces = iter(lambda: part.read(CHUNK_SIZE), b"")
    contents = pieces if packing == "plain" else _unpack_gz(pieces)
    return (Chunk(content, part.tell()) for content in (_read_ahead(contents) if threads > 1 else contents))


def _unpack_bz2(part: FilePart, threads: int) -> Iterator[Chunk]:
    """Unpack every stream: a multistream dump has one for each 100 pages, pbzip2 writes one for each 900 KB."""
    file = None
    try:
        # rapidgzip calls back into FilePart. An exception that Ctrl-C raised there would end as a SystemError.
        with interrupts.held():
            file = IndexedBzip2File(part, parallelization=threads)
        # A file left open would abort Python at its exit. After an error elsewhere nobody asks for the next chunk.
        atexit.register(file.close)
        while True:
            with interrupts.held():
                content, taken = file.read(CHUNK_SIZE), file.tell_compressed() // 8
            if not content:
                break
            yield Chunk(content, taken)
        if taken != part.size:
            raise OSError("what follows the last bz2 stream is something else")
    except (RuntimeError, ValueError) as error:
        if "End of file" in str(error):
            raise EOFError from None
        if os.strerror(errno.EAGAIN) in str(error):
            raise MemoryError("no room for another thread") from None
        raise OSError(" ".join(str(error).split())) from None
    finally:
        if file and not sys.is_finalizing():
            with interrupts.held():
                file.close()
            atexit.unregister(file.close)


def _unpack_gz(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack every member."""
    stream = None
    for piece in pieces:
        while piece:
            stream = stream or zlib.decompressobj(wbits=31)  # 31: gzip headers, 32 KB window
            yield stream.decompress(piece, CHUNK_SIZE)
            while stream.unconsumed_tail:
                yield stream.decompress(stream.unconsumed_tail, CHUNK_SIZE)
            piece, stream = (stream.unused_data, None) if stream.eof else (b"", stream)
    if stream:
        yield stream.flush()
        if not stream.eof:
            raise EOFError


def _read_ahead(contents: Iterator[bytes], depth: int = 4) -> Iterator[bytes]:
    """Hand the pieces through; a thread unpacks the next ones meanwhile, since zlib lets go of Python's lock."""
    with ThreadPoolExecutor(1) as thread:
        waiting = deque(thread.submit(next, contents, None) for _ in range(depth))
        while (content := waiting.popleft().result()) is not None:
            waiting.append(thread.submit(next, contents, None))
            yield content
