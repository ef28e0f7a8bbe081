"""Run the service as a process."""

import socket
import sys

import uvicorn

import api
from api.errors import PortTaken
from api.service import guard, root
from api.service.app import create
from api.service.arguments import MOST_ANSWERS, MOST_TITLES

# A request that has waited this long for a connection is told to come back.
SECONDS_FOR_A_CONNECTION = 1.0
# Once the process is told to end, its requests have this long to end.
SECONDS_TO_END = 10


def serve(host: str, port: int, connections: int, seconds: int, root_path: str = "") -> None:
    """Answer until told to stop; then take no new requests, finish the running ones, and leave the database.

    Raises
    ------
    PortTaken
    db.errors.WikishelfError
        The database cannot be reached, or nothing was ever ingested into the shelf.
    """
    listening = _listening(host, port)
    limits = api.Limits(
        connections, SECONDS_FOR_A_CONNECTION, seconds, reader=True, answers=MOST_ANSWERS, titles=MOST_TITLES
    )
    config = uvicorn.Config(
        guard.around(root.under(root_path, create(api.connect(limits)))), http="httptools", ws="none", access_log=False,
        timeout_graceful_shutdown=SECONDS_TO_END, server_header=False,
    )  # fmt: skip
    shown, port, *_ = listening.getsockname()
    print(f"listening on http://{f'[{shown}]' if ':' in shown else shown}:{port}", file=sys.stderr, flush=True)
    uvicorn.Server(config).run([listening])


def _listening(host: str, port: int) -> socket.socket:
    """Listen before the database is opened: a client that asks from now on waits, and is not refused."""
    try:
        (family, kind, protocol, _, address), *_ = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        # The protocol is named, or asyncio would leave Nagle's algorithm on: 40 ms for an answer instead of 3.
        listening = socket.socket(family, kind, protocol)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind(address)
        listening.listen(2048)
    except (OSError, OverflowError) as error:
        raise PortTaken(host=host, port=port, reason=getattr(error, "strerror", None) or error) from error
    return listening
