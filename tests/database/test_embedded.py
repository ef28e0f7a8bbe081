"""The embedded PostgreSQL, shared and killed: real processes, real kills."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from db.embedded import binaries, cluster, sharing
from db.embedded.cluster import Cluster
from tests.support.servers import PROJECT, ask, postmaster, python_db, wait_for

Client = Callable[[Path], subprocess.Popen[str]]
CLIENT = """
import sys
from contextlib import closing
from pathlib import Path
from db.embedded import sharing
with sharing.attach(Path(sys.argv[1])) as attachment:
    print(attachment.url, flush=True)
    sys.stdin.read()
"""


@pytest.fixture
def client() -> Iterator[Client]:
    """Starts processes that attach and stay until their input ends, each in a process group of its own."""
    started: list[subprocess.Popen[str]] = []

    def run(home: Path) -> subprocess.Popen[str]:
        command = [sys.executable, "-c", CLIENT, str(home)]
        process = subprocess.Popen(
            command, cwd=PROJECT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        started.append(process)
        return process

    yield run
    for process in started:
        process.kill()
        process.communicate()


def test_first_client_makes_the_server_and_the_last_stops_it(home: Path) -> None:
    with sharing.attach(home) as first:
        with sharing.attach(home) as second:
            assert second.url == first.url
        assert ask(first.url, "select '[1,2]'::vector <-> '[1,4]'") == "2.0"
        assert ask(first.url, "select lower('É')") == "é"
    assert sharing.status(home) is None
    assert not (home / "data" / "postmaster.pid").exists()
    files = ["clients.lock", "data", "embedded.conf", "embedded_hba.conf", "start.lock"]
    assert sorted(path.name for path in home.iterdir()) == files


def test_settings(made_home: Path) -> None:
    with sharing.attach(made_home) as attachment:
        shown = {
            name: ask(attachment.url, f"show {name}")
            for name in ("listen_addresses", "synchronous_commit", "fsync", "jit", "timezone")
        }
        shared = ask(attachment.url, "select setting::int * 8 / 1024 from pg_settings where name = 'shared_buffers'")
    assert shown == {
        "listen_addresses": "",
        "synchronous_commit": "on",
        "fsync": "on",
        "jit": "off",
        "timezone": "UTC",
    }
    assert shared == str(cluster.shared_buffers())


@pytest.mark.parametrize(("limit", "megabytes"), [("1073741824\n", 256), ("1048576\n", 128), ("max\n", None)])
def test_the_server_is_content_with_a_quarter_of_its_container(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, megabytes: int | None
) -> None:
    monkeypatch.setattr(cluster, "CGROUP_LIMITS", ())
    of_the_machine = cluster.shared_buffers()
    assert 128 <= of_the_machine <= 2048
    file = tmp_path / "memory.max"
    file.write_text(limit)
    monkeypatch.setattr(cluster, "CGROUP_LIMITS", (tmp_path / "none", file))
    assert cluster.shared_buffers() == (megabytes or of_the_machine)


def test_only_the_servers_user_enters_the_data(made_home: Path) -> None:
    with sharing.attach(made_home):
        data, socket = (made_home / "data").stat(), (made_home / "data" / ".s.PGSQL.5432").stat()
    assert stat.S_IMODE(data.st_mode) == 0o700
    assert stat.S_IMODE(socket.st_mode) == 0o700
    assert data.st_uid == socket.st_uid != 0


def test_two_processes_at_once(home: Path, client: Client) -> None:
    first, second = client(home), client(home)
    urls = [process.stdout.readline() for process in (first, second)]  # type: ignore[union-attr]
    assert urls[0] == urls[1] == sharing.url(home) + "\n"
    server = postmaster(home)
    first.communicate()
    assert postmaster(home) == server
    second.communicate()
    assert sharing.status(home) is None
    assert not list(home.glob("data.init*"))


def test_clients_that_come_and_go_never_meet_a_stopped_server(made_home: Path) -> None:
    script = (
        "import sys, psycopg; from pathlib import Path; from db.embedded import sharing\n"
        "for turn in range(8):\n"
        "    with sharing.attach(Path(sys.argv[1])) as attachment:\n"
        "        psycopg.connect(attachment.url).close()\n"
    )
    processes = [subprocess.Popen([sys.executable, "-c", script, str(made_home)], cwd=PROJECT) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert sharing.status(made_home) is None


def test_start_keeps_it_running_until_stop(made_home: Path) -> None:
    assert python_db(made_home, "start").stdout == sharing.url(made_home) + "\n"
    sharing.attach(made_home).close()
    running = python_db(made_home, "status").stdout
    assert running.startswith(f"running in {made_home} since 2")
    assert "PostgreSQL 18." in running
    assert "pgvector 0.8." in running
    with sharing.attach(made_home) as attachment, psycopg.connect(attachment.url) as connection:
        assert python_db(made_home, "stop").stdout == "stopped\n"
        with pytest.raises(psycopg.OperationalError):
            connection.execute("select 1")
    assert python_db(made_home, "stop").stdout == "not running\n"
    assert python_db(made_home, "status").stdout == f"not running in {made_home}\n"
    sharing.attach(made_home).close()
    assert sharing.status(made_home) is None


def test_a_forked_child_holds_no_lock(made_home: Path) -> None:
    script = (
        "import os, sys, time; from pathlib import Path; from db.embedded import sharing\n"
        "with sharing.attach(Path(sys.argv[1])):\n"
        "    child = os.fork()\n"
        "    if not child: time.sleep(60)\n"
        "with sharing.attach(Path(sys.argv[1])): pass\n"
        "os.kill(child, 9)\n"
    )
    subprocess.run([sys.executable, "-c", script, made_home], cwd=PROJECT, check=True, timeout=30)
    assert sharing.status(made_home) is None


# kills


def test_killed_while_the_cluster_is_made(home: Path, client: Client) -> None:
    killed = client(home)
    wait_for(lambda: list(home.glob("data.init-*/PG_VERSION")))
    os.killpg(killed.pid, signal.SIGKILL)  # the client and initdb
    left = set(home.glob("data.init-*/PG_VERSION"))
    orphaned = client(home)
    wait_for(lambda: set(home.glob("data.init-*/PG_VERSION")) - left)
    orphaned.kill()  # the client alone: its initdb goes on
    with sharing.attach(home) as attachment:
        assert ask(attachment.url, "select extversion from pg_extension where extname = 'vector'").startswith("0.8")

    def swept() -> bool:
        sharing.attach(home).close()
        return not list(home.glob("data.init*"))

    wait_for(swept)  # the orphaned initdb may have written on while its draft was removed


def test_killed_client_does_not_keep_the_server(made_home: Path, client: Client) -> None:
    killed = client(made_home)
    killed.stdout.readline()  # type: ignore[union-attr]
    killed.kill()
    killed.wait()
    with sharing.attach(made_home) as attachment:
        assert ask(attachment.url, "select 1") == "1"
    assert sharing.status(made_home) is None


def test_killed_while_the_server_starts(made_home: Path, client: Client) -> None:
    killed = client(made_home)
    wait_for((made_home / "data" / "postmaster.pid").exists)
    killed.kill()
    with sharing.attach(made_home) as attachment:
        assert ask(attachment.url, "select 1") == "1"
    assert sharing.status(made_home) is None


def test_killed_server_is_started_again_and_keeps_what_was_committed(made_home: Path) -> None:
    with sharing.attach(made_home) as attachment:
        with psycopg.connect(attachment.url, autocommit=True) as connection:
            connection.execute("create table kept as select 1 as one")
            os.kill(postmaster(made_home), signal.SIGKILL)
            with sharing.attach(made_home) as again:  # at once: the killed server's children are still there
                assert ask(again.url, "select one from kept") == "1"
        assert ask(attachment.url, "select one from kept") == "1"
    assert sharing.status(made_home) is None


def test_killed_server_whose_children_work_on(made_home: Path) -> None:
    at_work = "select count(*) from pg_stat_activity where state = 'active' and pid <> pg_backend_pid()"
    with sharing.attach(made_home) as attachment, closing(psycopg.connect(attachment.url)) as connection:
        connection.pgconn.send_query(b"select count(*) from generate_series(1, 10000000)")  # 2 s
        wait_for(lambda: ask(attachment.url, at_work) == "1")
        os.kill(postmaster(made_home), signal.SIGKILL)
        with sharing.attach(made_home) as again:
            assert ask(again.url, "select 1") == "1"


@pytest.mark.parametrize("alive", [True, False], ids=["another program", "a postgres not yet buried"])
def test_stale_lock_files_that_name_another_process(made_home: Path, alive: bool) -> None:
    data = made_home / "data"
    with sharing.attach(made_home):
        left = {path: path.read_text() for path in Cluster(made_home).lock_files}
    program = made_home.parent / ("sleep" if alive else "postgres")
    program.symlink_to(shutil.which("sleep") or "")
    user = binaries.server_user(data)
    with subprocess.Popen([program, "60"], user=user.uid if user else None) as other:
        if not alive:
            other.kill()  # its id is taken until this test waits for it
        for path, text in left.items():
            path.write_text(text.replace(text.split()[0], str(other.pid), 1))
            shutil.chown(path, data.stat().st_uid, data.stat().st_gid)
        with sharing.attach(made_home) as attachment:
            assert ask(attachment.url, "select 1") == "1"
        other.kill()
