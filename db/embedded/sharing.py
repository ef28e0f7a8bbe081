"""Share the embedded PostgreSQL: its first client starts it, and the last one to leave stops it.

The home has two locks. Both are flocks, which the kernel releases when a process is killed. A client holds `start.lock`
while it starts, stops or leaves the server. All clients share `clients.lock` as long as they stay.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

import psycopg
from psycopg import pq

from db import forks
from db.embedded import environment, folders, holders, process
from db.embedded.cluster import Cluster, not_started
from db.embedded.errors import HomeInUse, HomeUnusable

KEEP_RUNNING = "keep-running"  # `start` makes this file in the home, and `stop` removes it


@dataclass(frozen=True, slots=True)
class Status:
    """What a server says of itself; `pgvector` is None where the database has no such extension."""

    since: datetime
    postgresql: str
    pgvector: str | None


class Attachment:
    """A share in the running server.

    A forked child has no part in it: neither its end nor its `close` touches the locks or the server, until it asks for
    a share of its own by `renew`.

    Attributes
    ----------
    url : str
        Its address for libpq.
    home : Path
        Its folder.
    """

    def __init__(self, cluster: Cluster, clients: int) -> None:
        self.url, self.home = cluster.url, cluster.home
        self._cluster = cluster
        self._clients: int | None = clients
        self._is_parted = False
        forks.in_children(self)

    def part(self) -> None:
        """Leave the share to the parent."""
        if self._clients is not None:
            os.close(self._clients)
            self._clients, self._is_parted = None, True

    def renew(self) -> None:
        """Join the server again in a forked child, which may outlive its parent; else do nothing."""
        if self._is_parted:
            self._clients, self._is_parted = _joined(self._cluster), False

    def close(self) -> None:
        """Leave, and stop the server if nobody else uses it and `start` did not ask for it to stay."""
        if self._clients is None:
            return
        clients, self._clients = self._clients, None
        if not self._cluster.home.exists():  # Somebody has deleted it, and its server ends by itself in a minute.
            _unlock(clients)
            return
        with _locked(self._cluster.home / "start.lock"):
            try:
                if _is_alone(clients) and not (self._cluster.home / KEEP_RUNNING).exists():
                    process.stop(self._cluster)
            finally:
                _unlock(clients)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def attach(home: Path) -> Attachment:
    """Join the server of that home; make it first if there is none (2 to 3 s), and start it if it is stopped (0.2 s).

    Raises
    ------
    BinariesNotFound, HomeUnusable, ServerNotStarted, UnsupportedProcessor
        See their messages.
    """
    cluster = Cluster(folders.opened(home))
    return Attachment(cluster, _joined(cluster))


def is_made(home: Path) -> bool:
    """Whether there is a server in that home, running or not, as far as we may look; nothing is made."""
    try:
        return Cluster(home).data.exists()
    except PermissionError:
        return True


def start(home: Path) -> str:
    """Start the server and keep it running until `stop`; return its address."""
    with attach(home) as attachment, _explained(Cluster(home)):
        os.close(_open(home / KEEP_RUNNING))
        return attachment.url


def stop(home: Path) -> bool:
    """Stop the server, whoever uses it; False if it was not running."""
    if not home.exists():
        return False
    cluster = Cluster(folders.opened(home))
    with _locked(cluster.home / "start.lock"):
        (cluster.home / KEEP_RUNNING).unlink(missing_ok=True)
        return process.stop(cluster)


@contextmanager
def unused(home: Path) -> Iterator[None]:
    """Stop the server, which nobody may use, and keep everybody out meanwhile.

    Raises
    ------
    HomeInUse
    """
    cluster = Cluster(folders.opened(home))
    path = cluster.home / "clients.lock"
    with _locked(cluster.home / "start.lock"):
        clients = _lock(path, fcntl.LOCK_SH)
        try:
            if not _is_alone(clients):
                raise HomeInUse(home=cluster.home, users=holders.named(path))
            process.stop(cluster)
            yield
        finally:
            _unlock(clients)


def url(home: Path) -> str:
    """Return the address of the server of that home, whether it runs or not."""
    return Cluster(home.resolve()).url


def status(home: Path) -> Status | None:
    """Ask the server of that home about itself; return None if it is not running."""
    if process.answers(Cluster(home.resolve())) != pq.Ping.OK:
        return None
    return ask(url(home))


def ask(url: str) -> Status:
    """Ask the server at that address about itself; raise psycopg.OperationalError if it cannot be reached."""
    with environment.ignored(url):
        connection = psycopg.connect(url, connect_timeout=10)
    with connection:
        row = connection.execute(
            "select extract(epoch from pg_postmaster_start_time())::float8, current_setting('server_version'),"
            " (select extversion from pg_extension where extname = 'vector')"
        ).fetchone()
    assert row is not None
    return Status(datetime.fromtimestamp(row[0], UTC), row[1], row[2])


def _joined(cluster: Cluster) -> int:
    """Make sure that the server runs, and return the share in its lock."""
    with _locked(cluster.home / "start.lock"):
        with _explained(cluster):
            process.ensure_running(cluster)
        return _lock(cluster.home / "clients.lock", fcntl.LOCK_SH)


@contextmanager
def _explained(cluster: Cluster) -> Iterator[None]:
    try:
        yield
    except OSError as error:  # a full disk, a folder made read-only, a process that may not change its user
        raise not_started(cluster, str(error)) from error


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    lock = _lock(path, fcntl.LOCK_EX)
    try:
        yield
    finally:
        _unlock(lock)


def _lock(path: Path, kind: int) -> int:
    """Wait for the lock, and return its file descriptor; the programs that we run do not inherit it (PEP 446)."""
    try:
        lock = _open(path)
        fcntl.flock(lock, kind)
    except OSError as error:  # a read-only folder, or a network file system without locks
        raise HomeUnusable(home=path.parent, reason=error.strerror) from error
    return lock


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


def _unlock(lock: int) -> None:
    fcntl.flock(lock, fcntl.LOCK_UN)  # a forked child shares the open file and would keep the lock if we only closed it
    os.close(lock)


def _is_alone(clients: int) -> bool:
    try:
        fcntl.flock(clients, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
