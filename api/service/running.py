"""The service as a process."""

import socket
import sys

import uvicorn

import api
from api.errors import PortTaken
from api.service.app import create
from api.service.arguments import ANSWERS, TITLES

WAIT = 1.0  # seconds that a request waits for a connection before it is told to come back
GRACE = 10  # seconds that requests have to end when the process is told to


def serve(host: str, port: int, connections: int, seconds: int) -> None:
    """Answer until told to stop; then take no new requests, end the others, and leave the database.

    Raises
    ------
    PortTaken
    db.errors.WikishelfError
        The database cannot be reached, or nothing was ever ingested into it.
    """
    listening = _listening(host, port)
    limits = api.Limits(connections, WAIT, seconds, reader=True, answers=ANSWERS, titles=TITLES)
    config = uvicorn.Config(
        create(api.connect(limits)), http="httptools", ws="none", access_log=False, timeout_graceful_shutdown=GRACE,
        server_header=False,
    )  # fmt: skip
    shown, port, *_ = listening.getsockname()
    print(f"listening on http://{f'[{shown}]' if ':' in shown else shown}:{port}", file=sys.stderr, flush=True)
    uvicorn.Server(config).run([listening])


def _listening(host: str, port: int) -> socket.socket:
    """Taken before the database is opened; who asks from now on waits, and is not refused."""
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # With its protocol named, or asyncio leaves Nagle's algorithm on: 40 ms an answer where 3 would do.
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        raise PortTaken(host=host, port=port, reason=getattr(error, "strerror", None) or error) from error
    return listening
