"""Run the service as a process."""

import asyncio
import socket
import sys
from dataclasses import dataclass, replace
from functools import partial

import uvicorn
from starlette.types import ASGIApp

import api
from api.errors import PortTaken
from api.service import admin, guard, log, methods, rights, root, wire
from api.service.app import create
from api.service.arguments import MOST_ANSWERS, MOST_TITLES

# A request that has waited this long for a connection is told to come back.
SECONDS_FOR_A_CONNECTION = 1.0
# A thread that reads a long answer lets the others go on after this time. In one pair of runs on a busy machine, the
# 99th percentile of light questions beside 16 clients that send dear ones was 269 ms; by Python's 5 ms it was 478.
SECONDS_OF_A_THREAD = 0.0005
# Once the process is told to end, its requests have this long to end; with what follows it is promised to take 10 s.
SECONDS_TO_END = 8


@dataclass(frozen=True)
class Service:
    """Where the service listens, and what it may take; `python -m api serve --help` says what each means."""

    host: str
    port: int
    connections: int
    seconds: int
    root_path: str
    clients: int
    admin_host: str
    admin_port: int | None
    keep_login_rights: bool


def serve(service: Service) -> None:
    """Answer until told to stop; then take no new requests, finish the running ones, and leave the database.

    Raises
    ------
    PortTaken
    db.errors.WikishelfError
        The database cannot be reached, its shelf is missing or old, or the login may not become the reader.
    """
    listening = [_listening(service.host, service.port)]
    if service.admin_port is not None:
        listening.append(_listening(service.admin_host, service.admin_port))
    admin_port = listening[1].getsockname()[1] if listening[1:] else None
    limits = api.Limits(
        service.connections, SECONDS_FOR_A_CONNECTION, service.seconds, reader=True,
        strict=not service.keep_login_rights, answers=MOST_ANSWERS, titles=MOST_TITLES,
    )  # fmt: skip
    shelf = api.connect(replace(limits, connections=1, strict=False))
    if not service.keep_login_rights:
        rights.require_reader(shelf.database)
    app = guard.around(methods.around(root.under(service.root_path, admin.apart(admin_port, create(shelf, limits)))))
    server = uvicorn.Server(_config(app, service.clients, admin_port))
    for one in listening:
        shown, port, *_ = one.getsockname()
        print(f"listening on http://{f'[{shown}]' if ':' in shown else shown}:{port}", file=sys.stderr, flush=True)
    server.config.callback_notify = partial(_sweep, server)
    log.bound()
    sys.setswitchinterval(SECONDS_OF_A_THREAD)
    server.run(listening)


def _config(app: ASGIApp, clients: int, admin_port: int | None) -> uvicorn.Config:
    return uvicorn.Config(
        app, http=type("LimitedWire", (wire.Wire,), {"most_clients": clients, "admin_port": admin_port}), ws="none",
        access_log=False, server_header=False, proxy_headers=False, timeout_keep_alive=wire.IDLE_SECONDS,
        timeout_notify=0, timeout_graceful_shutdown=SECONDS_TO_END,
    )  # fmt: skip


async def _sweep(server: uvicorn.Server) -> None:
    """Look after the connections; uvicorn calls this once a second."""
    wire.sweep(server.server_state.connections, asyncio.get_running_loop().time())


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
