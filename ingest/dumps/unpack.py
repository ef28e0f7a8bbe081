"""Packed bytes to plain ones, a piece at a time.

bz2 is unpacked by rapidgzip: it costs 0.85 of Python's bz2 module, and several threads can share even a single stream.
"""

import io
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal

from rapidgzip import IndexedBzip2File

from db import interrupts

CHUNK = 1 << 18  # bytes at once: they stay in the cache while they are parsed, and a member of a billion zeros small
LONGEST_STREAM = 1 << 23  # packed bytes; a multistream dump has about 300 KB a stream, others have one stream a file

STREAM = re.compile(rb"BZh[1-9]1AY&SY")  # chance makes these 10 bytes once in 10^24

Packing = Literal["plain", "bz2", "gz"]


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
        """Move to a place in the part, and tell it."""
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


def unpack(part: FilePart, packing: Packing, threads: int) -> Iterator[tuple[bytes, int]]:
    """The plain bytes, and how many of the packed ones they took so far.

    Raises
    ------
    EOFError, OSError
        The packed bytes stop in the middle, or are none.
    """
    if packing == "bz2":
        return _unpack_bz2(part, threads)
    pieces = iter(lambda: part.read(CHUNK), b"")
    chunks = pieces if packing == "plain" else _unpack_gz(pieces)
    return ((chunk, part.tell()) for chunk in (_ahead(chunks) if threads > 1 else chunks))


def _unpack_bz2(part: FilePart, threads: int) -> Iterator[tuple[bytes, int]]:
    """Every stream to the end: a multistream dump has one for each 100 pages, pbzip2 writes one for each 900 KB."""
    file = None
    try:
        with interrupts.held():  # it calls back into FilePart, and an exception there would end it with a SystemError
            file = IndexedBzip2File(part, parallelization=threads)
        while True:
            with interrupts.held():
                chunk, taken = file.read(CHUNK), file.tell_compressed() // 8
            if not chunk:
                break
            yield chunk, taken
        if taken != part.size:
            raise OSError("what follows the last stream is no bz2")
    except (RuntimeError, ValueError) as error:
        if "End of file" in str(error):
            raise EOFError from None
        raise OSError(" ".join(str(error).split())) from None
    finally:
        if file:  # left open it would abort Python's end
            with interrupts.held():
                file.close()


def _unpack_gz(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Every member to the end."""
    stream = None
    for piece in pieces:
        while piece:
            stream = stream or zlib.decompressobj(wbits=31)  # 31: gzip headers, 32 KB window
            yield stream.decompress(piece, CHUNK)
            while stream.unconsumed_tail:
                yield stream.decompress(stream.unconsumed_tail, CHUNK)
            piece, stream = (stream.unused_data, None) if stream.eof else (b"", stream)
    if stream:
        yield stream.flush()
        if not stream.eof:
            raise EOFError


def _ahead(chunks: Iterator[bytes], depth: int = 4) -> Iterator[bytes]:
    """The same chunks, unpacked by a thread while the last are parsed; zlib lets go of Python's lock."""
    with ThreadPoolExecutor(1) as thread:
        waiting = deque(thread.submit(next, chunks, None) for _ in range(depth))
        while (chunk := waiting.popleft().result()) is not None:
            waiting.append(thread.submit(next, chunks, None))
            yield chunk
