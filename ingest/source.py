"""Sources: which files there are, how they are packed, and their bytes."""

import hashlib
import re
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from ingest.errors import (
    DamagedSource,
    NoDumpsInFolder,
    SourceNotFound,
    SourceUnreadable,
    TruncatedSource,
    UnreadablePacking,
)
from ingest.report import Report
from ingest.unpack import unpack_bz2, unpack_gz, unpack_streams

PIECE = 1 << 18  # bytes read from the file at once

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

Packing = Literal["plain", "bz2", "gz"]


class Source(NamedTuple):
    """A file to read and how it is packed."""

    path: Path
    packing: Packing

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
    return [Source(file, _packing(file)) for path in paths for file in _files(path)]


def read_chunks(source: Source, report: Report, workers: int = 1) -> Iterator[bytes]:
    """The unpacked bytes; counts the file's bytes and takes their SHA-256 in the same pass.

    `workers` threads unpack a bz2 file of many streams.

    Raises
    ------
    TruncatedSource, DamagedSource
        With the position in the packed file.
    """
    digest = hashlib.sha256()
    pieces = _read_pieces(source.path, digest, report)
    try:
        yield from _unpack(source, pieces, workers)
    except EOFError:
        reason = f"the {source.packing} data stop in the middle"
        raise TruncatedSource(path=source.path, position=report.bytes_read, reason=reason) from None
    except (OSError, ValueError, zlib.error) as error:
        raise DamagedSource(path=source.path, position=report.bytes_read, reason=error) from error
    report.sha256 = digest.hexdigest()


def _unpack(source: Source, pieces: Iterator[bytes], workers: int) -> Iterator[bytes]:
    if source.packing == "bz2":
        return unpack_streams(pieces, workers) if workers > 1 else unpack_bz2(pieces)
    return unpack_gz(pieces) if source.packing == "gz" else pieces


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


def _read_pieces(path: Path, digest: "hashlib._Hash", report: Report) -> Iterator[bytes]:
    with path.open("rb") as file:
        while piece := file.read(PIECE):
            digest.update(piece)
            report.bytes_read += len(piece)
            yield piece
