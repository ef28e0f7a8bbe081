"""A machine that is short of files or memory, whose clock is wrong, or whose server changes its mind or vanishes."""

import os
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest

from db.connection import Database
from db.embedded import binaries, sharing
from db.errors import DatabaseUnreachable
from db.limits import Limits
from tests.conftest import ROOT
from tests.support.commands import command, contents, done

MEGABYTE = 1 << 20
FILES = (
    "may not open another file (Too many open files); raise the limit with ulimit -n, then run the same command again"
)
MEMORY = "there is not enough memory for this ("
NEEDED = "the training needs 0.9 GB of memory, and 0."
INGEST = ("ingest", "DUMP", "--workers", "1")
SHORT = {
    "files, train": (resource.RLIMIT_NOFILE, 5, ("train", "models"), FILES),
    **{f"{most} files, ingest": (resource.RLIMIT_NOFILE, most, INGEST, FILES) for most in (5, 6, 7)},
    "memory, train": (resource.RLIMIT_AS, 300 * MEGABYTE, ("train", "--epochs", "1"), NEEDED),
    "memory, evaluate": (resource.RLIMIT_AS, 300 * MEGABYTE, ("train", "evaluate"), NEEDED),
    "memory, map": (resource.RLIMIT_AS, 300 * MEGABYTE, ("train", "map", "--fresh"), MEMORY),
}


def limited(kind: int, limit: int) -> Callable[[], None]:
    return lambda: resource.setrlimit(kind, (limit, limit))


@pytest.mark.skipif(sys.platform != "linux", reason="macOS does not limit memory")
@pytest.mark.parametrize("short", SHORT)
def test_too_little_of_something_is_said_in_one_line(sample_copy: str, sample_dump: Path, short: str) -> None:
    kind, limit, arguments, expected = SHORT[short]
    named = [str(sample_dump) if one == "DUMP" else one for one in arguments]
    before = contents(sample_copy, "articles", "article_links", "article_vectors", "article_positions", "imports")
    ended = subprocess.run(
        [sys.executable, "-m", *named], env={**os.environ, "DATABASE_URL": sample_copy, "OPENBLAS_NUM_THREADS": "1"},
        cwd=ROOT, preexec_fn=limited(kind, limit), capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert ended.returncode == 1
    assert "Traceback" not in ended.stderr
    assert expected in ended.stderr.splitlines()[-1]
    assert contents(sample_copy, *before) == before


def test_a_container_that_is_too_small_is_refused_before_the_training(sample_copy: str) -> None:
    """The limit is that of a control group, which a container has; nothing of the training is in the database."""
    parent = Path("/sys/fs/cgroup/memory")
    limit, size = ("memory.limit_in_bytes", 700 * MEGABYTE)
    if not (parent / limit).exists():
        parent, limit = Path("/sys/fs/cgroup"), "memory.max"
    group = parent / f"wikishelf-test-{os.getpid()}"
    try:
        group.mkdir()
        (group / limit).write_text(str(size))
    except OSError as error:
        if group.exists():
            group.rmdir()
        pytest.skip(f"this machine lets nobody make a control group: {error}")
    before = contents(sample_copy, "models")
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "train"], env={**os.environ, "DATABASE_URL": sample_copy}, cwd=ROOT,
            preexec_fn=lambda: (group / "cgroup.procs").write_text("0") and None, capture_output=True, text=True,
        )  # fmt: skip
        assert (ended.returncode, ended.stdout, ended.stderr.count("\n")) == (1, "", 1)
        assert NEEDED in ended.stderr
        assert contents(sample_copy, "models") == before
    finally:
        group.rmdir()


def test_a_clock_that_was_set_back(home: Path, sample_dump: Path) -> None:
    """All that was written before then comes from the future: files, imports and models."""
    at = {"WIKISHELF_HOME": str(home)}
    ingest = ("ingest", str(sample_dump), "--topic", "film", "--workers", "1")
    done(*ingest, **at)
    done("db", "start", **at)
    with psycopg.connect(sharing.url(home)) as connection:
        connection.execute("update wikishelf.imports set started_at = now() + '9 days', finished_at = now() + '9 days'")
    expected = contents(sharing.url(home), "articles", "article_links", "facets")
    done("db", "stop", **at)
    future = time.time() + 9 * 86_400
    for path in home.rglob("*"):
        os.utime(path, (future, future), follow_symlinks=False)
    done(*ingest, **at)
    with sharing.attach(home) as attachment:
        assert contents(attachment.url, *expected) == expected
        assert contents(attachment.url, "imports")["imports"][0] == 2


# a server of one's own


class Server(NamedTuple):
    """A PostgreSQL that asks for passwords, in a network of its own if there is a link to cut."""

    url: str
    admin: str
    link: str


PASSWORD, NEW_PASSWORD = "first-secret", "second-secret"
NETWORK, OUTSIDE, INSIDE = "wikishelf-test", "10.213.7.1", "10.213.7.2"


@pytest.fixture(scope="module")
def server(embedded_only: None) -> Iterator[Server]:
    """It runs in a network namespace, joined to ours by one link."""
    if os.geteuid() != 0 or not shutil.which("ip"):
        pytest.skip("a network of its own needs root and iproute2")
    folder = Path(tempfile.mkdtemp(prefix="wikishelf-own-"))
    folder.chmod(0o755)
    with sharing.attach(folder / "home"):
        pass
    data = folder / "home" / "data"
    link = f"ws{os.getpid()}"
    if _ip("netns", "add", NETWORK + link, check=False) != 0:
        shutil.rmtree(folder)
        pytest.skip("this container may not make a network")
    _ip("link", "add", link, "type", "veth", "peer", "name", "inside", "netns", NETWORK + link)
    _ip("addr", "add", f"{OUTSIDE}/30", "dev", link)
    _ip("link", "set", link, "up")
    _ip("-n", NETWORK + link, "addr", "add", f"{INSIDE}/30", "dev", "inside")
    _ip("-n", NETWORK + link, "link", "set", "inside", "up")
    (data / "pg_hba.conf").write_text("local all all trust\nhost all all all scram-sha-256\n")
    user = binaries.server_user(data)
    assert user is not None
    postgres = binaries.programs(folder / "home", user).folder / "postgres"
    options = ("-c", "listen_addresses=*", "-c", "hba_file=pg_hba.conf", "-c", "unix_socket_directories=.", "-D", ".")
    process = subprocess.Popen(
        ["ip", "netns", "exec", NETWORK + link, "setpriv", f"--reuid={user.uid}", f"--regid={user.gid}",
         "--clear-groups", postgres, *options], cwd=data, stderr=subprocess.DEVNULL, env=dict(binaries.ENVIRONMENT),
    )  # fmt: skip
    admin = sharing.url(folder / "home")
    try:
        _await(admin)
        with psycopg.connect(admin, autocommit=True) as connection:
            connection.execute(f"create role reader login password '{PASSWORD}'")
        yield Server(f"postgresql://reader:{PASSWORD}@{INSIDE}:5432/wikishelf", admin, link)
    finally:
        process.terminate()
        process.wait(30)
        _ip("link", "del", link, check=False)
        _ip("netns", "del", NETWORK + link, check=False)
        shutil.rmtree(folder)


def _ip(*arguments: str, check: bool = True) -> int:
    return subprocess.run(["ip", *arguments], check=check, capture_output=True).returncode


def _await(url: str) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        try:
            return psycopg.connect(url).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
    raise AssertionError("the server did not start")


def test_a_password_that_is_changed_while_a_shelf_is_open(server: Server) -> None:
    with Database(server.url) as database, closing(psycopg.connect(server.admin, autocommit=True)) as admin:
        assert database.fetch("select current_user::text", {}) == [("reader",)]
        admin.execute(f"alter role reader password '{NEW_PASSWORD}'")
        assert database.fetch("select current_user::text", {}) == [("reader",)]  # what is open stays open
        admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where usename = 'reader'")
        with pytest.raises(DatabaseUnreachable, match="password authentication failed") as refused:
            database.fetch("select current_user::text", {})
        assert PASSWORD not in str(refused.value)
        assert "check DATABASE_URL" in str(refused.value)
        failed = command("db", "status", DATABASE_URL=server.url)
        assert (failed.returncode, failed.stderr.count("\n"), failed.stdout) == (1, 1, "")
        admin.execute(f"alter role reader password '{PASSWORD}'")
        assert database.fetch("select current_user::text", {}) == [("reader",)]


def test_a_network_that_is_cut_and_comes_back(server: Server) -> None:
    with Database(server.url, limits=Limits(query=1.0)) as database:
        assert database.fetch("select 1", {}) == [(1,)]
        _ip("link", "set", server.link, "down")
        start = time.monotonic()
        try:
            with pytest.raises(DatabaseUnreachable) as lost:
                database.fetch("select 1", {})
            assert time.monotonic() - start < 30
            assert "\n" not in str(lost.value)
        finally:
            _ip("link", "set", server.link, "up")
        deadline = time.monotonic() + 30
        while True:
            try:
                assert database.fetch("select 1", {}) == [(1,)]
                break
            except DatabaseUnreachable:
                assert time.monotonic() < deadline
                time.sleep(0.1)
