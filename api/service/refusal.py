"""What is answered to a client before any route sees its request, as a problem like every other."""

import re
from http import HTTPStatus

from api.service.errors import RETRY_AFTER, problem
from api.service.guard import HEADERS

Refusal = tuple[int, str]
LONG_ADDRESS: Refusal = 414, "the address must have at most 16 KB"
LONG_HEAD: Refusal = 431, "the address and the headers must have at most 32 KB together"
LONG_BODY: Refusal = 413, "the body must have at most 256 KB; ask for less at once"
NOT_HTTP: Refusal = 400, "this is not a request of HTTP/1.1"
WRONG_HOST: Refusal = 400, "the header Host must be there once, with a name and at most a port"
NOT_UTF8: Refusal = 400, "the address is not percent-encoded UTF-8"
SLOW: Refusal = 408, "the request did not come in time"
CROWDED: Refusal = 503, "there are too many clients; ask again soon"
HOST = re.compile(rb"[A-Za-z0-9._~-]*(:[0-9]{0,5})?|\[[0-9A-Fa-f:.]+\](:[0-9]{0,5})?")


def written(status_line: bytes, default: list[tuple[bytes, bytes]], status: int, detail: str) -> bytes:
    """Return the whole answer, after which the connection is closed."""
    content = problem(status, detail).model_dump_json(exclude_none=True).encode()
    headers = {**HEADERS, "Content-Type": "application/problem+json", "Content-Length": str(len(content))}
    headers |= {"Connection": "close", **(RETRY_AFTER if status == HTTPStatus.SERVICE_UNAVAILABLE else {})}
    lines = [*default, *((name.lower().encode(), value.encode()) for name, value in headers.items())]
    return status_line + b"".join(name + b": " + value + b"\r\n" for name, value in lines) + b"\r\n" + content
