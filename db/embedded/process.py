"""The embedded PostgreSQL as a process: start it, stop it, and find out whether it runs.

Nobody else may start or stop it meanwhile; db.embedded.sharing holds the lock for this.
"""

import os
import stat
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

from psycopg import pq

from db.embedded import environment, folders
from db.embedded.binaries import Programs, User, programs, server_user
from db.embedded.cluster import Cluster, create, doors, not_started, reason_in, remove_drafts, write_configuration
from db.embedded.errors import HomeUnusable, ServerNotStarted, ServerNotStopped

# A server process may exist for this long without answering.
SECONDS_OF_SILENCE = 60.0
# Some failures pass by themselves: the orphans of a killed server end, or a start that was under way succeeds. And an
# orphan that made an unlogged table takes it back: at once its initial fork, and its main fork, now empty, only at the
# next checkpoint. The recovery makes the one anew and stumbles over the other, which the next start removes first.
PASSING_FAILURES = ("is still in use", "already exists", "File exists")
SECONDS_OF_RETRIES = 10.0


def answers(cluster: Cluster) -> pq.Ping:
    """Ping the server: OK if it takes connections, REJECT while it starts or stops, else nobody is there."""
    with environment.ignored(cluster.url):
        return pq.Ping(pq.PGconn.ping(f"{cluster.url}&connect_timeout=5".encode()))


def ensure_running(cluster: Cluster) -> None:
    """Make the cluster if there is none, and start it if it is not running.

    Raises
    ------
    BinariesNotFound, HomeUnusable, UnsupportedProcessor
        See their messages.
    ServerNotStarted
        The message has PostgreSQL's own reason.
    """
    user = server_user(cluster.data)
    _make_socket_folder(cluster, user)
    remove_drafts(cluster)
    if not cluster.data.exists():
        create(cluster, programs(cluster.home, user))
    deadline = time.monotonic() + SECONDS_OF_RETRIES
    while not _is_running(cluster):
        failure = _start(cluster, programs(cluster.home, user))
        if failure and (time.monotonic() > deadline or not any(words in failure for words in PASSING_FAILURES)):
            raise not_started(cluster, reason_in(failure))


def stop(cluster: Cluster) -> bool:
    """Stop the server and end its connections; return False if no server is running."""
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
    """Whether the server answers; wait for one that is starting or stopping."""
    lock_file = cluster.lock_files[0]
    deadline = time.monotonic() + SECONDS_OF_SILENCE
    while time.monotonic() < deadline:
        answer = answers(cluster)  # comes first: the process of a server in another container is invisible
        if answer == pq.Ping.OK and lock_file.exists():
            return True
        if answer == pq.Ping.REJECT:  # a recovery may take long
            deadline = time.monotonic() + SECONDS_OF_SILENCE
        elif not _is_postgres(_process_id(lock_file)):
            return False
        time.sleep(0.05)
    reason = f'its process {_process_id(lock_file)} does not answer; end it with "python -m db stop"'
    raise ServerNotStarted(home=cluster.home, reason=reason)


def _start(cluster: Cluster, tools: Programs) -> str:
    """Start the server; return what it said if that failed, and else an empty string."""
    for lock_file in cluster.lock_files:
        # PostgreSQL would trust the file as long as any process has that id. If children of a killed server still
        # write, the shared memory block, which is found by the data folder's inode, keeps a second server out.
        if not _is_postgres(_process_id(lock_file)):
            lock_file.unlink(missing_ok=True)
    write_configuration(cluster)
    said_before = cluster.log.stat().st_size if cluster.log.exists() else 0
    # All paths are relative: pg_ctl hands them to a shell, which would interpret a quote or a dollar sign in them.
    options = ("-D", ".", "-l", cluster.log.name, "-o", doors(cluster), "-w", "-t", "600")
    done = tools.run("pg_ctl", *options, "start", cwd=cluster.data)
    if done.returncode == 0:
        return ""
    log = folders.read(cluster.log)[said_before:] if cluster.log.exists() else b""
    return log.decode(errors="replace") + done.stderr


def _make_socket_folder(cluster: Cluster, user: User | None) -> None:
    """Make the folder below /tmp; trust it only if it is private and ours, because anybody may have made it before."""
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
    """Return the process id that a lock file begins with, or 0 if there is none."""
    try:
        return int(lock_file.read_text().split("\n", 1)[0])
    except (FileNotFoundError, ValueError):
        return 0


def _is_postgres(process_id: int) -> bool:
    """Whether this process lives and is a postgres; zombies, which a container may keep for ever, do not count."""
    if sys.platform == "linux":  # slim images have no ps
        with suppress(FileNotFoundError, ProcessLookupError):
            name, state = Path(f"/proc/{process_id}/stat").read_text().split("(", 1)[1].rsplit(") ", 1)
            return name == "postgres" and not state.startswith("Z")
        return False
    listed = subprocess.run(["ps", "-o", "stat=,comm=", "-p", str(process_id)], capture_output=True, text=True).stdout
    return listed.strip().endswith("postgres") and not listed.startswith("Z")
