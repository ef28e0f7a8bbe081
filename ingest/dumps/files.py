"""Sources: which files there are, how they are packed, and their bytes."""

import os
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.dumps.unpack import BZ2_STREAM_START, LONGEST_STREAM, Chunk, FilePart, Packing, unpack
from ingest.errors import (
    DamagedSource,
    NoDumpsInFolder,
    SourceNotAFile,
    SourceNotFound,
    SourceUnreadable,
    TruncatedSource,
    UnreadablePacking,
)

_DUMP_NAME = re.compile(r"\.xml|\.ndjson$")
_INDEX_NAME = re.compile(r"-index[^/]*\.txt")
_DIGITS = re.compile(r"(\d+)")
_FOREIGN_PACKINGS = {  # the first bytes of packings that are not read here, with their names and remedies
    b"7z\xbc\xaf\x27\x1c": ("7z", "7z x {path}"),
    b"\xfd7zXZ\x00": ("xz", "xz -d {path}"),
    b"\x28\xb5\x2f\xfd": ("zstd", "zstd -d {path}"),
    b"PK\x03\x04": ("zip", "unzip {path}"),
    b"\x04\x22\x4d\x18": ("lz4", "lz4 -d {path}"),
}


class Source(NamedTuple):
    """A file to read and how it is packed; or a part of the file, from the start of one bz2 stream to that of another.

    `start` and `stop` are bytes of the packed file; `stop` None is its end.
    """

    path: Path
    packing: Packing
    start: int = 0
    stop: int | None = None

    @property
    def name(self) -> str:
        """The path as a text that a table takes: a byte that is not UTF-8 is written by its number."""
        return os.fsencode(self.path).decode("utf-8", "backslashreplace")

    @property
    def is_ndjson(self) -> bool:
        """Whether it holds .ndjson rows, by its name, and not an XML export."""
        return ".ndjson" in self.path.name


def find_sources(paths: Iterable[Path]) -> list[Source]:
    """Check every path before anything is read; a folder stands for its files, in the order of their numbers.

    Raises
    ------
    SourceNotFound, SourceNotAFile, SourceUnreadable, NoDumpsInFolder, UnreadablePacking
    """
    files = dict.fromkeys(file for path in paths for file in _readable(path))
    return [Source(file, _packing(file)) for file in files]


def read_chunks(source: Source, threads: int = 1) -> Iterator[Chunk]:
    """Read and unpack a source.

    Raises
    ------
    TruncatedSource, DamagedSource
        With the position in the packed file.
    """
    taken = 0
    with FilePart(source.path, source.start, source.stop) as part:
        try:
            for chunk in unpack(part, source.packing, threads):
                taken = chunk.taken
                yield chunk
        except EOFError:
            reason = f"the {source.packing} data stop in the middle"
            raise TruncatedSource(path=source.path, position=source.start + part.size, reason=reason) from None
        except (OSError, zlib.error) as error:
            raise DamagedSource(path=source.path, position=source.start + taken, reason=error) from error


def read_beyond(source: Source) -> Iterator[Chunk]:
    """Read what follows a part, since its last page may reach into it."""
    if source.stop is not None:
        yield from read_chunks(Source(source.path, source.packing, source.stop))


def find_stream(path: Path, position: int) -> int | None:
    """Where the first bz2 stream at or after this position starts; None if there is none within 8 MB."""
    with path.open("rb") as file:
        file.seek(position)
        found = BZ2_STREAM_START.search(file.read(LONGEST_STREAM))
    return position + found.start() if found else None


def _readable(path: Path) -> list[Path]:
    try:
        return _files(path)
    except OSError as error:  # a name that is too long, a folder that may not be listed
        raise SourceUnreadable(path=path, reason=error.strerror) from None


def _files(path: Path) -> list[Path]:
    if not path.exists() and path != Path("-"):
        raise SourceNotFound(path=path)
    if not path.is_dir():
        if not path.is_file():
            raise SourceNotAFile(path=path)
        return [path]
    files = [file for file in path.iterdir() if _DUMP_NAME.search(file.name) and not _INDEX_NAME.search(file.name)]
    if not files:
        raise NoDumpsInFolder(path=path)
    return sorted(files, key=_by_number)


def _by_number(file: Path) -> list[tuple[int, str]]:
    """Sort part 2 before part 10."""
    return [(int(word), "") if word.isdigit() else (-1, word) for word in _DIGITS.split(file.name)]


def _packing(file: Path) -> Packing:
    try:
        with file.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise SourceUnreadable(path=file, reason=error.strerror) from None
    for magic, (packing, remedy) in _FOREIGN_PACKINGS.items():
        if start.startswith(magic):
            raise UnreadablePacking(path=file, packing=packing, remedy=remedy.format(path=file))
    return "bz2" if start.startswith(b"BZh") else "gz" if start.startswith(b"\x1f\x8b") else "plain"
