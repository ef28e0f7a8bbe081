"""Packed bytes to plain ones, a piece at a time; EOFError where they stop in the middle."""

import bz2
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor

CHUNK = 1 << 20  # bytes unpacked at once at most, so that a block of a billion zeros stays small in memory
LONGEST_STREAM = 1 << 23  # packed bytes; a multistream dump has about 300 KB a stream, others have one stream a file

STREAM = re.compile(rb"BZh[1-9]1AY&SY")  # chance makes these 10 bytes once in 10^24


def unpack_bz2(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Every stream to the end: a multistream dump has one for each 100 pages, pbzip2 writes one for each 900 KB."""
    stream = None
    for piece in pieces:
        while piece:
            stream = stream or bz2.BZ2Decompressor()
            yield stream.decompress(piece, CHUNK)
            while not (stream.eof or stream.needs_input):
                yield stream.decompress(b"", CHUNK)
            piece, stream = (stream.unused_data, None) if stream.eof else (b"", stream)
    if stream:
        raise EOFError


def unpack_gz(pieces: Iterable[bytes]) -> Iterator[bytes]:
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


def ahead(chunks: Iterator[bytes], depth: int = 4) -> Iterator[bytes]:
    """The same chunks, unpacked by a thread while the last are parsed; bz2 and zlib let go of Python's lock."""
    with ThreadPoolExecutor(1) as thread:
        waiting = deque(thread.submit(next, chunks, None) for _ in range(depth))
        while (chunk := waiting.popleft().result()) is not None:
            waiting.append(thread.submit(next, chunks, None))
            yield chunk
