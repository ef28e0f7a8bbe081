"""The cluster of the embedded PostgreSQL: where its parts are, its settings, and how it is made."""

import contextlib
import errno
import hashlib
import os
import platform
import re
import shutil
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from db.embedded import folders
from db.embedded.binaries import Programs
from db.embedded.errors import HomeFull, ServerNotStarted, UnsupportedProcessor
from db.errors import WikishelfError

# The path of a socket may have 103 bytes on macOS and 107 on Linux, of which "/.s.PGSQL.5432" takes 14.
LONGEST_SOCKET_FOLDER = 85
LOCALE = ("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
INITDB = ("-U", "postgres", "--auth-local=trust", "--auth-host=reject", "-E", "UTF8", *LOCALE)
SMOKE = "create extension vector\nselect '[1,2]'::vector <=> '[2,1]'::vector\n"
# Parallel index builds share up to maintenance_work_mem, which is too much for the /dev/shm of a container (64 MB). On
# Linux, System V memory has no such small limit. On macOS it has one, and POSIX memory has none.
SHARED_MEMORY = "sysv" if sys.platform == "linux" else "posix"
# A new cluster takes 60 MB. One that crashed writes a segment of its log, of 16 MB, before it starts.
MEGABYTES_TO_MAKE, MEGABYTES_TO_START = 80, 32
# These files hold the memory limit of a container in bytes, for cgroups version 2 and 1.
CGROUP_LIMITS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))
CONFIGURATION = """\
# This file is written anew at every start. What "alter system set ..." sets overrides it and stays.
cluster_name = 'wikishelf'
max_connections = 100
shared_buffers = {shared_buffers}MB
maintenance_work_mem = 512MB
max_wal_size = 2GB
dynamic_shared_memory_type = {shared_memory}
jit = off
timezone = 'UTC'
log_timezone = 'UTC'
"""
# Whoever enters the folder of the socket may connect, and nobody else.
AUTHENTICATION = """\
# This file is written anew at every start.
local all all trust
local replication all trust
host all all all reject
host replication all all reject
"""


@dataclass(frozen=True, slots=True)
class Cluster:
    """Where the parts of one PostgreSQL are; `home` is absolute and free of symbolic links."""

    home: Path

    @property
    def data(self) -> Path:
        """The data folder, private to the server's user; the log is there too, and the socket if the path allows it."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """The server's log file."""
        return self.data / "server.log"

    @property
    def sockets(self) -> Path:
        """The private folder of the socket: the data, or one below /tmp if that path is too long or has a comma."""
        if len(os.fsencode(self.data)) <= LONGEST_SOCKET_FOLDER and "," not in str(self.data):
            return self.data
        return Path("/tmp") / f"wikishelf-{hashlib.sha256(os.fsencode(self.home)).hexdigest()[:16]}"

    @property
    def lock_files(self) -> tuple[Path, Path]:
        """PostgreSQL's own lock files, which begin with the server's process id."""
        return self.data / "postmaster.pid", self.sockets / ".s.PGSQL.5432.lock"

    @property
    def url(self) -> str:
        """The address for libpq, and so for psycopg and psql; the empty `hostaddr` keeps PGHOSTADDR away."""
        return f"postgresql://postgres@/wikishelf?host={quote(os.fsencode(self.sockets), safe='')}&port=5432&hostaddr="


def create(cluster: Cluster, tools: Programs) -> None:
    """Make the cluster as a draft, and rename it when it is whole; the next attempt removes the draft of a killed one.

    Each attempt has a draft of its own, because the initdb of a killed attempt may still be writing.
    """
    draft = Path(tempfile.mkdtemp(prefix="data.init-", dir=cluster.home))
    if tools.user:
        tools.user.own(draft)
    write_configuration(cluster)
    _check(cluster, tools.run("initdb", "-D", draft.name, *INITDB, cwd=cluster.home))
    # No link is followed, because by now the draft may belong to a user other than root.
    with os.fdopen(os.open(draft / "postgresql.conf", os.O_WRONLY | os.O_APPEND | os.O_NOFOLLOW), "a") as file:
        file.write("include '../embedded.conf'\n")
    for database, script in (("postgres", "create database wikishelf\n"), ("wikishelf", SMOKE)):
        alone = ("--single", "-D", draft.name, "-c", "exit_on_error=true", database)
        _check(cluster, tools.run("postgres", *alone, cwd=cluster.home, script=script))
    draft.rename(cluster.data)


def remove_drafts(cluster: Cluster) -> None:
    """Remove the drafts of killed attempts; a later call removes a draft into which an initdb still writes."""
    for left in cluster.home.glob("data.init-*"):
        shutil.rmtree(left, ignore_errors=True)


def write_configuration(cluster: Cluster) -> None:
    """Write the settings that postgresql.conf includes, and who may connect."""
    settings = CONFIGURATION.format(shared_buffers=shared_buffers(), shared_memory=SHARED_MEMORY)
    folders.write(cluster.home / "embedded.conf", settings)
    folders.write(cluster.home / "embedded_hba.conf", AUTHENTICATION)


def doors(cluster: Cluster) -> str:
    """Return the options that say who can reach the server; no "alter system" and no file in the data changes them."""
    # With "." the path may have any length and spelling, and the home may be moved.
    sockets = "." if cluster.sockets == cluster.data else cluster.sockets
    settings = {
        "listen_addresses": "",
        "port": 5432,
        "unix_socket_directories": sockets,
        "unix_socket_group": "",
        "unix_socket_permissions": "0700",
        "hba_file": "../embedded_hba.conf",
    }
    return " ".join(f"-c {name}='{value}'" for name, value in settings.items())


def shared_buffers() -> int:
    """Return a quarter of the memory of this machine or container, as PostgreSQL's manual advises, in MB: 128 to 2,048.

    The server takes only as much of it as its data need. If the index of a million articles fits, a search takes a
    third of the time.
    """
    limits = [os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")]
    for file in CGROUP_LIMITS:
        with contextlib.suppress(OSError, ValueError):  # the file is missing, or holds "max"
            limits.append(int(file.read_text()))
    return max(128, min(min(limits) >> 22, 2048))


def reason_in(output: str) -> str:
    """Return the last line that names a failure, or else the first line."""
    failures: list[str] = re.findall(r"(?:FATAL|PANIC|error): +(.+)", output)
    return (failures or output.strip().splitlines()[:1] or ["it gave no reason"])[-1]


def not_started(cluster: Cluster, reason: str) -> WikishelfError:
    """Return the error for a server that could not be made or started."""
    # The log lies on the same disk, which may have had no room for the last letters.
    if not any(os.strerror(number)[:13] in reason for number in (errno.ENOSPC, errno.EDQUOT)):
        return ServerNotStarted(home=cluster.home, reason=reason)
    free = shutil.disk_usage(cluster.home).free >> 20
    needed = MEGABYTES_TO_START if cluster.data.exists() else MEGABYTES_TO_MAKE
    return HomeFull(home=cluster.home, reason=reason, free=free, needed=needed)


def _check(cluster: Cluster, done: subprocess.CompletedProcess[str]) -> None:
    if done.returncode == -signal.SIGILL:
        raise UnsupportedProcessor(reason=f"illegal instruction on {platform.machine()}")
    if done.returncode != 0:
        raise not_started(cluster, reason_in(done.stderr))
