"""A pgbouncer in front of the tests' server."""

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db.embedded.binaries import server_user
from tests.conftest import as_url
from tests.support.machines import free_ports

CONFIGURATION = """\
[databases]
* = {server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
logfile = {folder}/log
pool_mode = {mode}
default_pool_size = {size}
max_client_conn = 200
ignore_startup_parameters = extra_float_digits
"""


@contextmanager
def pooling(url: str, mode: str, size: int = 4) -> Iterator[str]:
    """The address of the same database behind a pgbouncer of that mode, with so many sessions of the server."""
    program = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
    if program is None:
        pytest.skip("no pgbouncer on this machine (Debian: apt-get install pgbouncer)")
    known = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    server = make_conninfo("", **{key: known[key] for key in ("host", "port", "password") if key in known})
    (port,) = free_ports(1)
    folder = Path(tempfile.mkdtemp(prefix="wikishelf-pooler-"))
    names = (known["user"], "tenant")
    (folder / "users").write_text("".join(f'"{name}" "{known.get("password", name)}"\n' for name in names))
    text = CONFIGURATION.format(server=server, port=port, folder=folder, mode=mode, size=size)
    (folder / "pgbouncer.ini").write_text(text)
    user = server_user(folder / "none")
    if user:  # pgbouncer refuses root
        for path in (folder, *folder.iterdir()):
            os.chown(path, user.uid, user.gid)
    as_user = {"user": user.uid, "group": user.gid, "extra_groups": []} if user else {}
    process = subprocess.Popen([program, "-q", folder / "pgbouncer.ini"], **as_user)  # type: ignore[call-overload]
    try:
        pooled = as_url(make_conninfo("", **{**known, "host": "127.0.0.1", "port": str(port)}))
        _await(pooled)
        yield pooled
    finally:
        process.kill()
        process.wait()
        shutil.rmtree(folder)


def _await(url: str) -> None:
    deadline = time.monotonic() + 120
    while True:
        try:
            psycopg.connect(url).close()
            return
        except psycopg.OperationalError:
            assert time.monotonic() < deadline
            time.sleep(0.05)
