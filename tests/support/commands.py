"""The command lines as a person runs them: subprocesses on a database of the test's own."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import psycopg

from tests.conftest import ROOT
from tests.support import warm

SECONDS_FOR_A_COMMAND = 280
IMPORTED = ("articles", "links", "article_links", "aliases", "facets")


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m ...` to its end."""
    warmed = warm.run(arguments, environment, SECONDS_FOR_A_COMMAND)
    return warmed or command_in(ROOT, *arguments, **environment)


def command_in(folder: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m ...` of this repository in a folder, to its end, in a new interpreter."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env={**os.environ, **({} if folder == ROOT else {"PYTHONPATH": str(ROOT)}), **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS_FOR_A_COMMAND,
    )


def started(*arguments: str, **environment: str) -> subprocess.Popen[str]:
    """Start `python -m ...` and do not wait for it."""
    return subprocess.Popen(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def done(*arguments: str, **environment: str) -> str:
    """Run it, expect success, give its output."""
    finished = command(*arguments, **environment)
    assert finished.returncode == 0, finished.stderr
    return finished.stdout


def answer(*arguments: str, **environment: str) -> Any:
    """The JSON document that it prints."""
    return json.loads(done(*arguments, "--json", **environment))


def refusal(*arguments: str, **environment: str) -> str:
    """Run it, expect one clear line and exit code 1, give the line."""
    finished = command(*arguments, **environment)
    assert finished.returncode == 1, finished
    assert finished.stdout == ""
    assert "Traceback" not in finished.stderr
    assert finished.stderr.count("\n") == 1, finished.stderr
    return finished.stderr


def contents(url: str, *tables: str) -> dict[str, tuple[int, str]]:
    """How many rows each table has, and a hash over them, sorted; of all tables by default."""
    found = {}
    with psycopg.connect(url) as connection:
        for table in tables or (*IMPORTED, "models", "imports"):
            hashed = "coalesce(md5(string_agg(x::text, '' order by x::text)), '')"
            row = connection.execute(f"select count(*), {hashed} from wikishelf.{table} x").fetchone()
            assert row is not None
            found[table] = (row[0], row[1])
    return found
