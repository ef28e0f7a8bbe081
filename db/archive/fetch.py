"""Fetch an archive from the web into a folder, and go on where a run was cut off."""

import hashlib
import re
import ssl
import time
import urllib.error
import urllib.request
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import IO, Any
from urllib.parse import unquote, urlsplit

from db.archive import container
from db.archive.container import PIECE, draft, usable
from db.archive.errors import ArchiveDamaged, ArchiveNewer, ArchiveUnreachable, FileUnusable
from db.archive.progress import Show

# So many attempts in a row may bring nothing more, and each may wait so long for a byte.
MOST_FAILURES, SECONDS_OF_SILENCE = 5, 30.0
# Another attempt may help after these statuses.
PASSING = {408, 416, 425, 429, 500, 502, 503, 504}
UNSAFE = re.compile(r"^\.+|[^\w.-]+")


class _Failure(Exception):
    """Another attempt may help; `done` bytes are there."""

    def __init__(self, reason: object, done: int = 0) -> None:
        super().__init__(reason)
        self.done = done


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a server to another host, but never to an address that is less safe than the first."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        if not newurl.startswith("https://" if req.full_url.startswith("https://") else ("http://", "https://")):
            raise ArchiveUnreachable(url=req.full_url, reason=f"it leads to {newurl}, which is not as safe")
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def is_address(source: str) -> bool:
    """Whether it is an address and not a file."""
    return source.startswith(("http://", "https://"))


def fetched(url: str, folder: Path, sha256: str | None, show: Show) -> Path:
    """Return the file, which lies in the folder under the last name of the address.

    Until it is whole and checked it is called `NAME.xxxxxxxx.part`, with another mark for another file of the server.
    What is not an archive, or has another SHA-256 than the given one, is deleted.

    Raises
    ------
    ArchiveUnreachable, ArchiveDamaged, FileUnusable
    """
    target = folder / (UNSAFE.sub("-", unquote(urlsplit(url).path).rpartition("/")[2]) or "shelf.zip")
    failures = furthest = 0
    while True:
        try:
            with usable("write", target):
                return _attempt(url, target, sha256, show)
        except _Failure as failure:
            failures = failures + 1 if failure.done <= furthest else 1
            furthest = max(furthest, failure.done)
            if failures == MOST_FAILURES:
                raise ArchiveUnreachable(url=url, reason=failure) from None
            time.sleep(2 ** (failures - 1))


def _attempt(url: str, target: Path, sha256: str | None, show: Show) -> Path:
    with _opened(url) as response:
        size = -1 if response.length is None else response.length
        if target.exists():
            if target.stat().st_size != size or (sha256 and container.sha256(target) != sha256.lower()):
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
            _check(part, sha256, url)
            part.replace(target)
    return target


def _check(part: Path, sha256: str | None, url: str) -> None:
    try:
        container.checked(part, sha256)
    except ArchiveNewer:
        pass  # It is kept for a newer program, and the restore refuses it.
    except ArchiveDamaged as error:
        part.unlink()
        raise ArchiveDamaged(path=url, reason=error.facts["reason"]) from error


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
        request = urllib.request.Request(url, headers=headers)
        response: HTTPResponse = urllib.request.build_opener(_Redirects).open(request, timeout=SECONDS_OF_SILENCE)
    except urllib.error.HTTPError as answer:
        if answer.code in PASSING:
            raise _Failure(f"it answered {answer.code} {answer.reason}", start) from None
        raise ArchiveUnreachable(url=url, reason=f"it answered {answer.code} {answer.reason}") from None
    except (OSError, HTTPException, ValueError) as error:
        if isinstance(getattr(error, "reason", None), ssl.SSLCertVerificationError):
            raise ArchiveUnreachable(url=url, reason="its certificate cannot be trusted") from None
        raise _Failure(_words(error), start) from None
    if response.status == 206 and not response.headers.get("Content-Range", "").startswith(f"bytes {start}-"):
        response.close()
        raise _Failure("it sent other bytes than those that were asked for", start)
    return response


def _words(error: Exception) -> str:
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__)
