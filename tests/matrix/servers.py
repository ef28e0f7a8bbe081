"""The servers that the matrix starts, each in a temporary folder, on a free port of 127.0.0.1, behind a password."""

import socket
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import NamedTuple
from urllib.parse import quote

from db.embedded.binaries import User, programs, run_as, server_user
from tests.conftest import server_folder

PASSWORD = "p@ss:w/rd %20"  # every character that an address must escape
TEST_PROCESSES = 3  # Each has a server of its own.
UNPACK = Path(__file__).with_name("postgresql15.sh")


class Missing(Exception):
    """This machine lacks what a server or a Python needs; the message says what."""


class Server(NamedTuple):
    """How to start one for each process, and the beginnings of the versions that the tests must then meet."""

    start: Callable[[], AbstractContextManager[list[str]]]
    postgresql: str
    pgvector: str


@contextmanager
def embedded() -> Iterator[list[str]]:
    """No server: without an address the tests start the embedded PostgreSQL themselves."""
    yield []


@contextmanager
def postgresql_15() -> Iterator[list[str]]:
    """Debian's PostgreSQL 15 with pgvector 0.8.0; making it takes 10 s."""
    with server_folder() as folder, ExitStack() as stack:
        made = subprocess.run([UNPACK, folder], stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
        if made.returncode != 0:
            raise Missing(made.stderr.strip().rpartition("\n")[2])
        tools = folder / "usr/lib/postgresql/15/bin"
        folders = [stack.enter_context(server_folder()) for _ in range(TEST_PROCESSES)]
        yield [stack.enter_context(_running(one, tools, server_user(one / "data"))) for one in folders]


@contextmanager
def postgresql_18(address: str = "127.0.0.1") -> Iterator[str]:
    """The programs of the embedded PostgreSQL, run as a server of somebody's own."""
    with server_folder() as folder:
        user = server_user(folder / "data")
        with _running(folder, programs(folder, user).folder, user, address) as url:
            yield url


@contextmanager
def several_18() -> Iterator[list[str]]:
    """One for each process."""
    with ExitStack() as stack:
        yield [stack.enter_context(postgresql_18()) for _ in range(TEST_PROCESSES)]


SERVERS = {
    "embedded": Server(embedded, "18.", "0.8."),
    "postgresql-15": Server(postgresql_15, "15.", "0.8.0"),
    "postgresql-18-tcp": Server(several_18, "18.", "0.8."),
}


@contextmanager
def _running(folder: Path, tools: Path, user: User | None, address: str = "127.0.0.1") -> Iterator[str]:
    """Make a cluster, start it, give the address of its superuser, and stop it."""
    data, password = folder / "data", folder / "password"
    data.mkdir(mode=0o700)
    password.write_text(PASSWORD, encoding="utf-8")
    if user:
        user.own(data)
    libraries = ":".join(map(str, tools.parents[2].glob("*-linux-gnu*")))  # of programs that are only unpacked

    def run(program: str, *arguments: str) -> None:
        environment = ("env", f"LD_LIBRARY_PATH={libraries}") if libraries else ()
        done = run_as(user, *environment, str(tools / program), "-D", str(data), *arguments, cwd=folder)
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stdout}{done.stderr}")

    run("initdb", "-U", "postgres", "-A", "scram-sha-256", f"--pwfile={password}", "-E", "UTF8", "--locale=C.UTF-8")
    with (data / "pg_hba.conf").open("a") as rules:
        rules.write("host all all samenet scram-sha-256\n")
    port = _free_port(address)
    # TCP alone, no socket. Nobody needs these data after a crash, so they are not forced to the disk.
    run("pg_ctl", "-w", "-l", str(data / "log"), "-o", f"-h {address} -p {port} -k '' -F", "start")
    try:
        yield f"postgresql://postgres:{quote(PASSWORD, safe='')}@{address}:{port}/postgres"
    finally:
        run("pg_ctl", "-w", "-m", "fast", "stop")


def _free_port(address: str) -> int:
    with socket.create_server((address, 0)) as taken:
        return int(taken.getsockname()[1])
