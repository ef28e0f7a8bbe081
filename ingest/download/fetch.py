"""One part of a dump: its bytes to disk in as many attempts and runs as it takes, then checked and put into place."""

import errno
import hashlib
import os
import shutil
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from http.client import HTTPResponse
from pathlib import Path

from ingest.download.errors import ChecksumWrong, DiskFull, FolderUnusable, NotEnoughSpace
from ingest.download.mirror import Part
from ingest.download.retries import Failure, Retries
from ingest.download.transfer import Transfer, volume
from ingest.download.web import Web

UNFINISHED_FOLDER = "unfinished"  # it holds the .part files, so that `python -m ingest DIR` sees whole parts only


class PartFile:
    """The unfinished file of a part, and the checksum of its bytes.

    The file's name has the start of the checksum that it must reach. So when a dump has been made again since, its
    bytes are never joined to those of the older one.
    """

    def __init__(self, part: Part, directory: Path) -> None:
        folder = directory / UNFINISHED_FOLDER
        self.path = folder / f"{part.name}.{part.checksum[:8]}.part"
        for other in set(folder.glob(f"{part.name}.*.part")) - {self.path}:
            other.unlink()
        self._part, self._target = part, directory / part.name
        self._file = self.path.open("ab", buffering=0)  # unbuffered, so that what came before a kill is on disk
        self.size = self.path.stat().st_size
        self._digest = _digest(self.path, part.algorithm) if self.size else hashlib.new(part.algorithm)

    def __enter__(self) -> "PartFile":
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    @property
    def is_right(self) -> bool:
        """Whether the checksum is the one in the dump's status."""
        return self._digest.hexdigest() == self._part.checksum

    def append(self, piece: bytes) -> None:
        """Write a piece and add it to the checksum."""
        rest = memoryview(piece)
        while rest:  # an unbuffered write may take less than all
            rest = rest[self._file.write(rest) :]
        self._digest.update(piece)
        self.size += len(piece)

    def start_over(self) -> None:
        """Forget all bytes."""
        if self.size:
            self._file.truncate(0)
        self._digest = hashlib.new(self._part.algorithm)
        self.size = 0

    def put_in_place(self) -> None:
        """Give the file its final name, in one step."""
        os.fsync(self._file.fileno())
        self.path.replace(self._target)


def check_space(parts: Sequence[Part], directory: Path) -> None:
    """Refuse a dump that will not fit on the disk.

    Raises
    ------
    NotEnoughSpace
    """
    to_fetch = sum(part.size for part in parts if _size(directory / part.name) != part.size)
    needed = to_fetch - sum(_size(file) for file in directory.glob(f"{UNFINISHED_FOLDER}/*.part"))
    free = shutil.disk_usage(directory).free
    if needed > free:
        raise NotEnoughSpace(directory=directory, free=volume(free), needed=volume(needed))


def fetch(transfer: Transfer, directory: Path, web: Web) -> None:
    """Bring a part into the folder, unless it is there already, whole and right.

    Raises
    ------
    ChecksumWrong
        When the bytes were wrong, and were wrong again when they were fetched from the start.
    DiskFull, FolderUnusable
        And what Web.open and Retries.wait raise.
    """
    part, target = transfer.part, directory / transfer.part.name
    with _disk_errors(target):
        transfer.state = "checking"
        if _is_right(target, part):
            transfer.done, transfer.state = part.size, "there"
            return
        with PartFile(part, directory) as file:
            for _ in range(2):
                _fill(file, transfer, web)
                if file.is_right:
                    file.put_in_place()
                    transfer.state = "fetched" if transfer.fetched else "there"
                    return
                file.start_over()
    raise ChecksumWrong(name=part.name, algorithm=part.algorithm)


def _fill(file: PartFile, transfer: Transfer, web: Web) -> None:
    """Try again until all bytes are there; an attempt that brings the file further does not use up patience."""
    retries = Retries(transfer.part.url, web.patience, web.stop)
    furthest = transfer.done = file.size
    transfer.state, transfer.started = "fetching", time.monotonic()
    while file.size < transfer.part.size:
        try:
            _attempt(file, transfer, web)
        except Failure as failure:
            transfer.trouble = str(failure)
            if file.size > furthest:
                furthest = file.size
                retries.progress()
            retries.wait(failure)


def _attempt(file: PartFile, transfer: Transfer, web: Web) -> None:
    with web.open(transfer.part.url, start=file.size) as response:
        if response.status != 206:  # the whole file, as it was asked for or because the server does not know ranges
            file.start_over()
        elif not _goes_on(response, file.size, transfer.part.size):
            raise Failure("the server has a file of another size")
        for piece in web.pieces(response, transfer.part.size - file.size):
            file.append(piece)
            transfer.trouble = ""
            transfer.done = file.size
            transfer.fetched += len(piece)


def _goes_on(response: HTTPResponse, start: int, size: int) -> bool:
    answered = response.headers.get("Content-Range", "")
    return answered.startswith(f"bytes {start}-") and answered.endswith((f"/{size}", "/*"))


def _is_right(file: Path, part: Part) -> bool:
    """Whether a file is the part. To read it takes 1 to 2 s per GB, but a note of an earlier check may be outdated."""
    return _size(file) == part.size and _digest(file, part.algorithm).hexdigest() == part.checksum


def _size(file: Path) -> int:
    return file.stat().st_size if file.exists() else 0


def _digest(path: Path, algorithm: str) -> "hashlib._Hash":
    with path.open("rb") as file:
        return hashlib.file_digest(file, algorithm)


@contextmanager
def _disk_errors(path: Path) -> Iterator[None]:
    """Name what is wrong with the disk. Errors of the network are Failures by now, so every OSError is the disk's."""
    try:
        yield
    except OSError as error:
        kind = DiskFull if error.errno in {errno.ENOSPC, errno.EDQUOT} else FolderUnusable
        raise kind(path=path, reason=error.strerror) from None
