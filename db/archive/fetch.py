"""Fetch an archive from the web into this folder, and go on where a run was cut off."""

import hashlib
import re
import ssl
import time
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO
from urllib.parse import unquote, urlsplit

from db.archive.container import PIECE, draft, usable
from db.archive.errors import ArchiveUnreachable, FileUnusable
from db.archive.progress import Show

MOST_FAILURES, SECONDS_OF_SILENCE = 5, 30.0  # in a row without a byte more
PASSING = {408, 416, 425, 429, 500, 502, 503, 504}  # statuses after which another attempt may help
UNSAFE = re.compile(r"^\.+|[^\w.-]+")


class _Failure(Exception):
    """Another attempt may help; `done` bytes are there."""

    def __init__(self, reason: object, done: int = 0) -> None:
        super().__init__(reason)
        self.done = done


def is_address(source: str) -> bool:
    """Whether it is an address and not a file."""
    return source.startswith(("http://", "https://"))


def fetched(url: str, show: Show) -> Path:
    """Return the file, which lies in this folder under the last name of the address.

    Until it is whole it is called `NAME.xxxxxxxx.part`, with another mark for another file of the server.

    Raises
    ------
    ArchiveUnreachable, FileUnusable
    """
    target = Path(UNSAFE.sub("-", unquote(urlsplit(url).path).rpartition("/")[2]) or "shelf.zip")
    failures = furthest = 0
    while True:
        try:
            with usable("write", target):
                return _attempt(url, target, show)
        except _Failure as failure:
            failures = failures + 1 if failure.done <= furthest else 1
            furthest = max(furthest, failure.done)
            if failures == MOST_FAILURES:
                raise ArchiveUnreachable(url=url, reason=failure) from None
            time.sleep(2 ** (failures - 1))


def _attempt(url: str, target: Path, show: Show) -> Path:
    with _opened(url) as response:
        size = -1 if response.length is None else response.length
        if target.exists():
            if target.stat().st_size != size:
                reason = f"a file of this name is there, and it is not the one of {url}"
                raise FileUnusable(verb="write", path=target, reason=reason)
            return target
        marks = response.headers.get("ETag"), response.headers.get("Last-Modified"), size, url
        part = target.with_name(f"{target.name}.{hashlib.sha256(repr(marks).encode()).hexdigest()[:8]}.part")
        with draft(part) as file:
            if not 0 < file.tell() < size:
                _take(response, file, size, show)
            if file.tell() < size:
                with _opened(url, file.tell()) as rest:
                    _take(rest, file, size, show)
            part.replace(target)
    return target


def _take(response: HTTPResponse, file: IO[bytes], size: int, show: Show) -> None:
    """Add what comes to the file; a server that does not know ranges sends all of it again."""
    if response.status != 206:
        file.seek(0)
        file.truncate()
    while file.tell() != size:
        try:
            piece = response.read1(PIECE)
        except (OSError, HTTPException) as error:
            raise _Failure(_words(error), file.tell()) from None
        if not piece:
            break
        file.write(piece)
        show("fetching", file.tell(), max(size, 0))
    if file.tell() < size:
        raise _Failure("the connection was closed early", file.tell())


def _opened(url: str, start: int = 0) -> HTTPResponse:
    headers = {"User-Agent": "wikishelf", **({"Range": f"bytes={start}-"} if start else {})}
    try:
        response: HTTPResponse = urllib.request.urlopen(
            urllib.request.Request(url, headers=headers), timeout=SECONDS_OF_SILENCE
        )
    except urllib.error.HTTPError as answer:
        if answer.code in PASSING:
            raise _Failure(f"it answered {answer.code} {answer.reason}", start) from None
        raise ArchiveUnreachable(url=url, reason=f"it answered {answer.code} {answer.reason}") from None
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(getattr(error, "reason", None), ssl.SSLCertVerificationError):
            raise ArchiveUnreachable(url=url, reason="its certificate cannot be trusted") from None
        raise _Failure(_words(error), start) from None
    if not response.url.startswith("https://" if url.startswith("https://") else ("http://", "https://")):
        response.close()
        raise ArchiveUnreachable(url=url, reason="it leads to an address that is not as safe")
    expected = f"bytes {start}-"
    if response.status == 206 and not response.headers.get("Content-Range", "").startswith(expected):
        response.close()
        raise _Failure("it sent other bytes than those that were asked for", start)
    return response


def _words(error: Exception) -> str:
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__)
