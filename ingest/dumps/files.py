"""Sources: which files there are, how they are packed, and their bytes."""

import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from ingest.dumps.unpack import LONGEST_STREAM, STREAM, FilePart, Packing, unpack
from ingest.errors import (
    DamagedSource,
    NoDumpsInFolder,
    SourceNotFound,
    SourceUnreadable,
    TruncatedSource,
    UnreadablePacking,
)
from ingest.report import Report

_PART = re.compile(r"\.xml|\.ndjson$")
_INDEX = re.compile(r"-index[^/]*\.txt")
_DIGITS = re.compile(r"(\d+)")
_FOREIGN = {  # first bytes of packings that are not read, with their names and remedies
    b"7z\xbc\xaf\x27\x1c": ("7z", "7z x {path}"),
    b"\xfd7zXZ\x00": ("xz", "xz -d {path}"),
    b"\x28\xb5\x2f\xfd": ("zstd", "zstd -d {path}"),
    b"PK\x03\x04": ("zip", "unzip {path}"),
    b"\x04\x22\x4d\x18": ("lz4", "lz4 -d {path}"),
}


class Source(NamedTuple):
    """A file to read and how it is packed; or a part of it, from one bz2 stream's start to another's."""

    path: Path
    packing: Packing
    start: int = 0
    stop: int | None = None

    @property
    def is_part(self) -> bool:
        """Whether it is less than the file."""
        return self.start > 0 or self.stop is not None

    @property
    def is_records(self) -> bool:
        """Whether it holds .ndjson records, by its name, and not an XML export."""
        return ".ndjson" in self.path.name


def find_sources(paths: Iterable[Path]) -> list[Source]:
    """Check every path before anything is read; a folder stands for its parts, in the order of their numbers.

    Raises
    ------
    SourceNotFound, SourceUnreadable, NoDumpsInFolder, UnreadablePacking
    """
    files = dict.fromkeys(file for path in paths for file in _files(path))
    return [Source(file, _packing(file)) for file in files]


def read_chunks(source: Source, report: Report, threads: int = 1) -> Iterator[bytes]:
    """The unpacked bytes; counts the file's bytes that they took.

    Raises
    ------
    TruncatedSource, DamagedSource
        With the position in the packed file.
    """
    with FilePart(source.path, source.start, source.stop) as part:
        try:
            for chunk, report.bytes_read in unpack(part, source.packing, threads):
                yield chunk
        except EOFError:
            reason = f"the {source.packing} data stop in the middle"
            raise TruncatedSource(path=source.path, position=source.start + part.size, reason=reason) from None
        except (OSError, zlib.error) as error:
            raise DamagedSource(path=source.path, position=source.start + report.bytes_read, reason=error) from error


def read_beyond(source: Source) -> Iterator[bytes]:
    """What follows a part, to which its last page may reach."""
    if source.stop is not None:
        yield from read_chunks(Source(source.path, source.packing, source.stop), Report(str(source.path)))


def find_stream(path: Path, position: int) -> int | None:
    """Where the first bz2 stream at or after this position starts; None if there is none within 8 MB."""
    with path.open("rb") as file:
        file.seek(position)
        found = STREAM.search(file.read(LONGEST_STREAM))
    return position + found.start() if found else None


def _files(path: Path) -> list[Path]:
    if not path.exists():
        raise SourceNotFound(path=path)
    if not path.is_dir():
        return [path]
    parts = [file for file in path.iterdir() if _PART.search(file.name) and not _INDEX.search(file.name)]
    if not parts:
        raise NoDumpsInFolder(path=path)
    return sorted(parts, key=_by_number)


def _by_number(file: Path) -> list[tuple[int, str]]:
    """Part 2 before part 10."""
    return [(int(word), "") if word.isdigit() else (-1, word) for word in _DIGITS.split(file.name)]


def _packing(file: Path) -> Packing:
    try:
        with file.open("rb") as stream:
            start = stream.read(8)
    except OSError as error:
        raise SourceUnreadable(path=file, reason=error.strerror) from None
    for magic, (packing, remedy) in _FOREIGN.items():
        if start.startswith(magic):
            raise UnreadablePacking(path=file, packing=packing, remedy=remedy.format(path=file))
    return "bz2" if start.startswith(b"BZh") else "gz" if start.startswith(b"\x1f\x8b") else "plain"
