"""The file of an archive: a zip with a manifest and one packed member for each table, which unzip reads as well."""

import errno
import fcntl
import hashlib
import os
import zlib
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from typing import IO
from zipfile import ZIP_DEFLATED, BadZipFile, ZipFile, ZipInfo

from db.archive.errors import ArchiveDamaged, FileUnreadable, FileUnusable
from db.archive.manifest import Manifest, Member, parse

MANIFEST = "manifest.json"
# Of the 101 MB of 37,020 articles, 35 are left. Of these, 25 are vectors, which nothing packs by more than a fifth. Of
# the other 10, level 9 leaves 8 in 16 times the CPU seconds. Lzma leaves 6 in twice those, but few can unzip it.
LEVEL = 6
PIECE = 1 << 18  # bytes
LARGEST_MANIFEST = 16 << 20  # bytes; ten thousand models have a fifth of it
# Real tables are packed to a third. An archive that claims to hold more than this has been made to fill a disk.
MOST_PACKED, ALWAYS_ALLOWED = 50, 1 << 30
UNREADABLE = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, UnicodeError)


@contextmanager
def written(path: Path) -> Iterator[ZipFile]:
    """Write a file under a temporary name, and give it its own when it is whole and on the disk.

    Raises
    ------
    FileUnusable
    """
    part = path.with_name(f"{path.name}.part")
    with usable("write", path):
        if path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR))
        with draft(part) as file:
            try:
                file.seek(0)
                file.truncate()
                with ZipFile(file, "w", ZIP_DEFLATED, compresslevel=LEVEL) as archive:
                    yield archive
                file.flush()
                os.fsync(file.fileno())
                part.replace(path)
            except BaseException:
                with suppress(OSError):
                    part.unlink()
                raise


@contextmanager
def draft(path: Path) -> Iterator[IO[bytes]]:
    """Open a file that a killed run may have left, at its end, for this process alone."""
    with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o666), "r+b") as file:
        file.seek(0, os.SEEK_END)
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)  # the kernel lets go of a killed process's
        yield file


def write(archive: ZipFile, table: str, pieces: Generator[bytes, None, None]) -> tuple[int, str]:
    """Write the rows of a table; return how many bytes they have, and their SHA-256.

    The pieces are closed before an error goes on: a COPY that ends during the rollback would wait for it for ever.
    """
    digest, size = hashlib.sha256(), 0
    with closing(pieces), archive.open(_info(table), "w", force_zip64=True) as member:
        for piece in pieces:
            digest.update(piece)
            size += len(piece)
            member.write(piece)
    return size, digest.hexdigest()


@contextmanager
def opened(path: Path) -> Iterator[tuple[ZipFile, Manifest]]:
    """Open an archive whose members are those of its manifest.

    Raises
    ------
    FileUnusable, ArchiveDamaged, ArchiveNewer
    """
    with usable("read", path), path.open("rb") as file:
        try:
            archive = ZipFile(file)
            manifest = parse(_read(archive, archive.getinfo(MANIFEST)), path)
        except (*UNREADABLE, KeyError) as error:
            raise ArchiveDamaged(path=path, reason=_words(error)) from error
        _check_members(archive, manifest, path)
        yield archive, manifest


def pieces(archive: ZipFile, member: Member, path: Path) -> Iterator[bytes]:
    """Read the rows of a table, no more than the manifest has.

    Raises
    ------
    ArchiveDamaged
        They are not those that were saved; this is known after the last piece.
    """
    digest, left = hashlib.sha256(), member.size
    try:
        with archive.open(_name(member.table)) as file:
            while piece := file.read(min(PIECE, left + 1)):
                digest.update(piece)
                left -= len(piece)
                if left < 0:
                    break
                yield piece
    except UNREADABLE as error:
        raise ArchiveDamaged(path=path, reason=f"the rows of {member.table}: {_words(error)}") from error
    if left or digest.hexdigest() != member.sha256:
        raise ArchiveDamaged(path=path, reason=f"the rows of {member.table} are not those that were saved")


def _check_members(archive: ZipFile, manifest: Manifest, path: Path) -> None:
    named = sorted([MANIFEST, *(_name(member.table) for member in manifest.tables)])
    if sorted(archive.namelist()) != named or any(one.compress_type != ZIP_DEFLATED for one in archive.infolist()):
        raise ArchiveDamaged(path=path, reason="its members are not those of its manifest")
    if manifest.size > max(ALWAYS_ALLOWED, MOST_PACKED * path.stat().st_size):
        raise ArchiveDamaged(path=path, reason=f"so small a file cannot hold {manifest.size / 1e9:,.1f} GB of rows")


def _read(archive: ZipFile, info: ZipInfo) -> bytes:
    with archive.open(info) as file:
        data = file.read(LARGEST_MANIFEST + 1)
    if len(data) > LARGEST_MANIFEST:
        raise BadZipFile("its manifest is too long")
    return data


def _info(table: str) -> ZipInfo:
    info = ZipInfo(_name(table))
    info.compress_type = ZIP_DEFLATED
    return info


def _name(table: str) -> str:
    return f"{table}.copy"


def _words(error: Exception) -> str:
    return str(error).strip("'\"") or type(error).__name__


@contextmanager
def usable(verb: str, path: Path) -> Iterator[None]:
    """Name the file where the disk refuses.

    Raises
    ------
    FileUnusable
    """
    try:
        yield
    except OSError as error:
        if error.errno == errno.EWOULDBLOCK:
            raise FileUnusable(verb=verb, path=path, reason="another process is writing it") from None
        kind = FileUnreadable if verb == "read" else FileUnusable
        raise kind(verb=verb, path=path, reason=error.strerror or error) from None


def sha256(path: Path) -> str:
    """Return the SHA-256 of a whole file.

    Raises
    ------
    FileUnusable
    """
    with usable("read", path), path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def checked(path: Path, expected: str | None) -> Path:
    """Return the path of an archive, which has this SHA-256 if one is given.

    Raises
    ------
    ArchiveDamaged, ArchiveNewer, FileUnusable
    """
    if expected and (found := sha256(path)) != expected.lower():
        raise ArchiveDamaged(path=path, reason=f"its SHA-256 is {found}")
    with opened(path):
        return path
