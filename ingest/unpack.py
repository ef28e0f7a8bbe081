"""Packed bytes to plain ones, a piece at a time; EOFError where they stop in the middle."""

import bz2
import re
import zlib
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from itertools import chain

CHUNK = 1 << 20  # bytes unpacked at once at most, so that a block of a billion zeros stays small in memory
SHARE = 1 << 18  # packed bytes that a thread unpacks at once: one stream of a multistream dump, 1 MB of text, 0.05 s
LONGEST_STREAM = 1 << 23  # packed bytes; a multistream dump has about 300 KB a stream, others have one stream a file
LARGEST_SHARE = 1 << 28  # bytes unpacked of one share; text shrinks to a fourth or fifth

_STREAM = re.compile(rb"BZh[1-9]1AY&SY")  # chance makes these 10 bytes once in 10^24


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


def unpack_streams(pieces: Iterator[bytes], workers: int) -> Iterator[bytes]:
    """A bz2 file of many streams, unpacked by threads (bz2 lets go of the interpreter's lock), in its order.

    Memory: about 2 * workers shares. A file of one stream is unpacked by one thread.
    """
    waiting: deque[Future[bytes]] = deque()
    with ThreadPoolExecutor(workers) as pool:
        for share in _shares(pieces):
            if len(share) > LONGEST_STREAM:
                pieces = chain([share], pieces)
                break
            waiting.append(pool.submit(_unpack_share, share))
            if len(waiting) > 2 * workers:
                yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()
        yield from unpack_bz2(pieces)


def _shares(pieces: Iterator[bytes]) -> Iterator[bytes]:
    """Whole streams, joined to shares."""
    share, searched = b"", 1
    for piece in pieces:
        share += piece
        if len(share) < SHARE:
            continue
        starts = [found.start() for found in _STREAM.finditer(share, searched)]
        if starts:
            yield share[: starts[-1]]
            share, searched = share[starts[-1] :], 1
        elif len(share) > LONGEST_STREAM:
            yield share
            return
        else:
            searched = len(share) - 9
    if share:
        yield share


def _unpack_share(share: bytes) -> bytes:
    chunks, size = [], 0
    for chunk in unpack_bz2([share]):
        chunks.append(chunk)
        size += len(chunk)
        if size > LARGEST_SHARE:
            raise ValueError(f"{len(share):,} bytes unpack to more than {LARGEST_SHARE >> 20} MB: this is no text")
    return b"".join(chunks)
