"""What the tests of the embedded PostgreSQL share."""

import subprocess
import time
from collections.abc import Callable
from pathlib import Path

import psycopg

from tests.support.commands import command

PROJECT = Path(__file__).parents[2]


def python_db(home: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return command("db", *arguments, WIKISHELF_HOME=str(home), **environment)


def ask(url: str, query: str) -> str:
    with psycopg.connect(url) as connection:
        row = connection.execute(query).fetchone()
    assert row is not None
    return str(row[0])


def wait_for(condition: Callable[[], object]) -> None:
    deadline = time.monotonic() + 120
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.002)


def postmaster(home: Path) -> int:
    return int((home / "data" / "postmaster.pid").read_text().split()[0])


def one_line(done: subprocess.CompletedProcess[str]) -> str:
    assert done.returncode == 1
    assert done.stderr.count("\n") == 1
    return done.stderr
