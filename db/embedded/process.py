"""The embedded PostgreSQL as a process: whether it runs, started, stopped.

Nobody else may start or stop it meanwhile: db.embedded.sharing holds the lock.
"""

import os
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from psycopg import pq

from db.embedded.binaries import Programs, User, programs, server_user
from db.embedded.cluster import Cluster, create, reason_in, remove_drafts, write_configuration
from db.errors import HomeUnusable, ServerNotStarted, ServerNotStopped

SILENCE = 60.0  # seconds that a server process may be there without a word
RETRY = 10.0  # seconds for what passes by itself: orphans of a killed server end, a start that was under way wins
PASSING = ("is still in use", "already exists")


def answers(cluster: Cluster) -> pq.Ping:
    """OK: it takes connections; REJECT: it is starting or stopping; else nobody is there."""
    return pq.Ping(pq.PGconn.ping(f"{cluster.url}&connect_timeout=5".encode()))


def ensure_running(cluster: Cluster) -> None:
    """Make the cluster if there is none, and start it if it is not running.

    Raises
    ------
    BinariesNotFound, HomeUnusable, UnsupportedProcessor
        See their messages.
    ServerNotStarted
        With PostgreSQL's own reason.
    """
    user = server_user(cluster.data)
    _make_socket_folder(cluster, user)
    remove_drafts(cluster)
    if not cluster.data.exists():
        create(cluster, programs(cluster.home, user))
    patience = time.monotonic() + RETRY
    while not _is_running(cluster):
        failure = _start(cluster, programs(cluster.home, user))
        if failure and (time.monotonic() > patience or not any(words in failure for words in PASSING)):
            raise ServerNotStarted(home=cluster.home, reason=reason_in(failure))


def stop(cluster: Cluster) -> bool:
    """Stop the server, ending its connections; False if none is running."""
    if not _is_postgres(_process_id(cluster.lock_files[0])):
        return False
    tools = programs(cluster.home, server_user(cluster.data))
    done = tools.run("pg_ctl", "-D", ".", "-m", "fast", "-w", "-t", "600", "stop", cwd=cluster.data)
    if done.returncode != 0:
        raise ServerNotStopped(home=cluster.home, reason=reason_in(done.stderr))
    if cluster.sockets != cluster.data:
        with suppress(OSError):
            cluster.sockets.rmdir()
    return True


def _is_running(cluster: Cluster) -> bool:
    """Whether the server answers; one on its way up or down is waited for."""
    lock_file = cluster.lock_files[0]
    deadline = time.monotonic() + SILENCE
    while time.monotonic() < deadline:
        answer = answers(cluster)  # asked first: from another container its process cannot be seen
        if answer == pq.Ping.OK and lock_file.exists():
            return True
        if answer == pq.Ping.REJECT:  # a recovery may take long, and says so
            deadline = time.monotonic() + SILENCE
        elif not _is_postgres(_process_id(lock_file)):
            return False
        time.sleep(0.05)
    reason = f'its process {_process_id(lock_file)} does not answer; end it with "python -m db stop"'
    raise ServerNotStarted(home=cluster.home, reason=reason)


def _start(cluster: Cluster, tools: Programs) -> str:
    """Start the server; what it said if that failed, else an empty string."""
    for lock_file in cluster.lock_files:
        # PostgreSQL would believe in the file as long as any process has that id. Should children of a killed server
        # still be writing, the shared memory block, found by the data folder's inode, keeps a second one out.
        if not _is_postgres(_process_id(lock_file)):
            lock_file.unlink(missing_ok=True)
    write_configuration(cluster)
    said_before = cluster.log.stat().st_size if cluster.log.exists() else 0
    # "." and not the path: pg_ctl hands both to a shell, where a quote or a dollar sign would be read as such
    done = tools.run("pg_ctl", "-D", ".", "-l", cluster.log.name, "-w", "-t", "600", "start", cwd=cluster.data)
    if done.returncode == 0:
        return ""
    log = cluster.log.read_bytes()[said_before:] if cluster.log.exists() else b""
    return log.decode(errors="replace") + done.stderr


def _make_socket_folder(cluster: Cluster, user: User | None) -> None:
    """Make the folder below /tmp, and trust it only if it is private and ours: anybody may have made one before."""
    folder = cluster.sockets
    if folder == cluster.data:
        return
    with suppress(FileExistsError):
        folder.mkdir(mode=0o700)
    found = folder.lstat()
    owners = {os.geteuid(), user.uid if user else os.geteuid()}
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in owners or found.st_mode & 0o077:
        raise HomeUnusable(home=cluster.home, reason=f"{folder}, the folder for its socket, was made by somebody else")
    if user:
        user.own(folder)


def _process_id(lock_file: Path) -> int:
    """The process id that a lock file begins with; 0 if there is none."""
    try:
        return int(lock_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return 0


def _is_postgres(process_id: int) -> bool:
    """Whether such a process lives and is a postgres. A zombie is not: process 1 of a container may never bury it."""
    if sys.platform == "linux":  # slim images have no ps
        with suppress(FileNotFoundError, ProcessLookupError):
            name, state = Path(f"/proc/{process_id}/stat").read_text().split("(", 1)[1].rsplit(") ", 1)
            return name == "postgres" and not state.startswith("Z")
        return False
    listed = subprocess.run(["ps", "-o", "stat=,comm=", "-p", str(process_id)], capture_output=True, text=True).stdout
    return listed.strip().endswith("postgres") and not listed.startswith("Z")
