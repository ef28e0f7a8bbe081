"""HTTP as a mirror of dumps wants it: requests say who asks, and go on where one was cut off.

Certificates are checked. Failures that may pass are told from those that will not.
"""

import importlib.metadata
import ssl
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from db.errors import WikishelfError
from ingest.download.errors import AccessRefused, CertificateRefused, NotAMirror, PageMissing, RedirectRefused
from ingest.download.retries import Failure, Patience, Retries, Stopped, retry_after

PIECE_SIZE = 1 << 18  # bytes asked of a connection at once; it gives what has come
LONGEST_PAGE = 8 << 20  # bytes; the status of a dump of enwiki has about 1 MB
TRIES_PER_PAGE = 3  # so a person who is offline is told after 3 s, and not after minutes
CLOSED_EARLY = "the connection was closed early"

# Another attempt may help after these. Wikimedia answers a third connection with 429 or 503, and 416 comes when a
# mirror has only a part of the file for now.
_PASSING_STATUSES = {408, 416, 425, 429, 500, 502, 503, 504}


class Web:
    """Opens addresses; its event `stop` ends what is under way in all threads.

    Parameters
    ----------
    patience : Patience
    contact : str or None
        The caller's mail or web address, for the User-Agent.
    """

    def __init__(self, patience: Patience, contact: str | None = None) -> None:
        self.patience = patience
        self.stop = threading.Event()
        self.agent = user_agent(contact)
        self._opener = urllib.request.build_opener(_Redirects)  # proxies by environment, certificates verified

    def open(self, url: str, start: int = 0) -> HTTPResponse:
        """Ask for an address, from byte `start` on if the server knows ranges.

        Raises
        ------
        Failure
            When another attempt may help.
        PageMissing, AccessRefused, RedirectRefused, CertificateRefused
            When another attempt will not help.
        """
        headers = {"User-Agent": self.agent} | ({"Range": f"bytes={start}-"} if start else {})
        request = urllib.request.Request(url, headers=headers)
        try:
            response: HTTPResponse = self._opener.open(request, timeout=self.patience.timeout)
        except urllib.error.HTTPError as answer:
            with answer:
                raise _refusal(url, answer) from None
        except (OSError, HTTPException, ValueError) as error:  # ValueError: it leads to what is not an address
            raise _broken(url, error) from None
        return response

    def pieces(self, response: HTTPResponse, size: int) -> Iterator[bytes]:
        """Read `size` bytes as they come, and never more, whatever the headers say. Fewer raise Failure."""
        while size > 0:
            if self.stop.is_set():
                raise Stopped
            try:
                piece = response.read1(min(PIECE_SIZE, size))
            except (OSError, HTTPException) as error:
                raise Failure(_reason(error)) from None
            if not piece:
                raise Failure(CLOSED_EARLY)
            size -= len(piece)
            yield piece

    def page(self, url: str) -> bytes:
        """Read a small document as a whole.

        Raises
        ------
        MirrorUnreachable, NotAMirror
            And what `open` raises.
        """
        retries = Retries(url, self.patience._replace(tries=min(TRIES_PER_PAGE, self.patience.tries)), self.stop)
        while True:
            try:
                return self._page(url)
            except Failure as failure:
                retries.wait(failure)

    def _page(self, url: str) -> bytes:
        with self.open(url) as response:
            try:
                page = response.read(LONGEST_PAGE + 1)
            except (OSError, HTTPException) as error:
                raise Failure(_reason(error)) from None
            if len(page) > LONGEST_PAGE:
                raise NotAMirror(url=url, reason=f"more than {LONGEST_PAGE >> 20} MB")
            if response.length:  # what is left of its Content-Length
                raise Failure(CLOSED_EARLY)
            return page


class _Redirects(urllib.request.HTTPRedirectHandler):
    """Follows a mirror to another host, but never to an address that is less safe than the first."""

    def redirect_request(self, req: Any, fp: Any, code: Any, msg: Any, headers: Any, newurl: str) -> Any:
        start, end = (urlsplit(url).scheme.lower() for url in (req.full_url, newurl))
        if end not in ({"https"} if start == "https" else {"http", "https"}):
            fp.close()
            raise RedirectRefused(url=req.full_url, other=newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def user_agent(contact: str | None) -> str:
    """Name, version and contact, in the form that Wikimedia's User-Agent policy asks for."""
    try:
        version = importlib.metadata.version("wikishelf")
    except importlib.metadata.PackageNotFoundError:  # run from a checkout that is not installed
        version = "unversioned"
    library = f"Python-urllib/{sys.version_info.major}.{sys.version_info.minor}"
    return " ".join(filter(None, (f"wikishelf/{version}", contact and f"({contact})", library)))


def _refusal(url: str, answer: urllib.error.HTTPError) -> Failure | WikishelfError:
    said = f"{answer.code} {answer.reason}".splitlines()[0]  # urllib explains a circle of redirects in three lines
    if answer.code in _PASSING_STATUSES:
        return Failure(said, retry_after(answer.headers.get("Retry-After")))
    return PageMissing(url=url) if answer.code in {404, 410} else AccessRefused(url=url, answer=said)


def _broken(url: str, error: Exception) -> Failure | WikishelfError:
    cause = getattr(error, "reason", error)
    if isinstance(cause, ssl.SSLCertVerificationError):
        return CertificateRefused(url=url, reason=cause.verify_message)
    return Failure(_reason(error))


def _reason(error: Exception) -> str:
    """Say what went wrong in one line, without Python's "[Errno 111]" and "<urlopen error ...>"."""
    cause = getattr(error, "reason", error)
    return str(getattr(cause, "strerror", None) or cause or type(cause).__name__)
