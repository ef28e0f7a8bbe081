"""A streaming standby of a server, made as an operator makes one."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit

from db.embedded.binaries import programs, run_as, server_user
from tests.conftest import server_folder


@contextmanager
def standby_of(url: str) -> Iterator[str]:
    """Copy the server by pg_basebackup, start the copy as its hot standby, give its address, and stop it."""
    with server_folder() as folder:
        data = folder / "data"
        user = server_user(data)
        data.mkdir(mode=0o700)
        if user:
            user.own(data)
        tools = programs(folder, user).folder

        def run(program: str, *arguments: str) -> None:
            done = run_as(user, str(tools / program), "-D", str(data), *arguments, cwd=folder)
            assert done.returncode == 0, f"{program}: {done.stdout}{done.stderr}"

        run("pg_basebackup", "-d", url, "-R", "-X", "stream", "-c", "fast")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
        run("pg_ctl", "-w", "-l", str(data / "log"), "-o", f"-h 127.0.0.1 -p {port} -k '' -F", "start")
        try:
            parts = urlsplit(url)
            yield urlunsplit(parts._replace(netloc=f"{parts.netloc.rpartition(':')[0]}:{port}"))
        finally:
            run("pg_ctl", "-w", "-m", "immediate", "stop")
