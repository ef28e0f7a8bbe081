"""Content with an ETag: it is sent once, packed where the client unpacks, and not again while the client has it."""

import gzip
import hashlib
import re
from collections.abc import Mapping

from fastapi import Request, Response
from starlette.exceptions import HTTPException

# A client must ask before it uses a stored answer, because a model switch, a fold-in or an import may have changed it.
ASK_BEFORE_USE = {"Cache-Control": "no-cache"}
SMALLEST_TO_PACK = 1000  # bytes; below that the headers weigh more
LEVEL = 6
TAG = re.compile(r'(?:^|,)\s*(?:W/)?("[^"]*")\s*(?=,|$)')


def sent(
    request: Request,
    content: bytes,
    media_type: str,
    etag: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    packed: bytes | None = None,
) -> Response:
    """Return the content, packed by gzip if the client takes that, or 304 if the client has it already.

    Conditions are those of RFC 9110, section 13. The tags are weak, so none is ever strongly equal to one of If-Match.

    Parameters
    ----------
    content : bytes
        What is sent.
    etag : str or None
        What names this content; None takes a hash of it.
    status : int
        The client is never told that it has an answer of another status than 200.
    packed : bytes or None
        The content as gzip packed it before, for what is sent often; the content itself if packing is of no use.
    """
    headers = {**ASK_BEFORE_USE, "Vary": "Accept-Encoding", **(headers or {})}
    if request.method == "GET":
        headers["ETag"] = etag = etag or tag(content)
        if status == 200 and any(name.startswith(b"if-") for name, _ in request.scope["headers"]):
            if _joined(request, "If-Match") not in {"", "*"}:
                raise HTTPException(412, 'the tags are weak, so If-Match takes nothing but "*"', headers)
            if known(request, etag):
                return Response(status_code=304, headers=headers)
    if packed is not content and len(content) >= SMALLEST_TO_PACK and _unpacks(request):
        headers["Content-Encoding"] = "gzip"
        content = pack(content) if packed is None else packed
    return Response(content, status, headers, media_type)


def tag(content: bytes) -> str:
    """Return a weak ETag, which stands for the content both packed and as it is."""
    return f'W/"{hashlib.blake2b(content, digest_size=8).hexdigest()}"'


def known(request: Request, etag: str) -> bool:
    """Whether the client has what this tag names, by its headers If-None-Match, in which W/ counts for nothing."""
    given = _joined(request, "If-None-Match")
    return bool(given) and (given == "*" or etag.removeprefix("W/") in TAG.findall(given))


def _joined(request: Request, name: str) -> str:
    return ",".join(request.headers.getlist(name)).strip()


def _unpacks(request: Request) -> bool:
    for one in ",".join(request.headers.getlist("Accept-Encoding")).split(","):
        name, _, quality = one.replace(" ", "").lower().partition(";q=")
        if name in {"gzip", "*"}:
            return quality.strip("0.") != "" or quality == ""
    return False


def pack(content: bytes) -> bytes:
    """Pack by gzip; the same content gives the same bytes."""
    return gzip.compress(content, LEVEL, mtime=0)
