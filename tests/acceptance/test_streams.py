"""Every command with streams that are closed, full, broken or not UTF-8: one line or none, and the right exit code."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.support.commands import contents

ASKING = ["-m api similar Dracula", "-m train models --json"]
CONSOLE = """-c 'import sys, wikishelf; sys.argv = ["wikishelf", "-h"]; wikishelf.main()'"""
OTHERS = ["-m ingest --help", "-m api search x --sql"]
CLOSED, FULL = "standard output is closed", "No space left on device"
# How the shell sets the streams, the exit code, and what stands in the line on stderr, if there is one.
STREAMS = {
    ">&-": (1, CLOSED),
    "<&- >&-": (1, CLOSED),
    ">/dev/full": (1, FULL),
    "| true": (0, ""),
    "2>&- >/dev/null": (0, ""),
    "2>/dev/full >/dev/null": (0, ""),
    "<&- >/dev/null": (0, ""),
    "<&- >&- 2>&-": (1, ""),
    ">/dev/full 2>&-": (1, ""),
}


def in_shell(command: str, streams: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    line = ["bash", "-c", f"set -o pipefail; {shlex.quote(sys.executable)} {command} {streams}"]
    return subprocess.run(
        line, cwd=ROOT, env={**os.environ, **environment}, capture_output=True, timeout=120, check=False
    )


@pytest.mark.parametrize("streams", STREAMS)
@pytest.mark.parametrize("command", [*ASKING, *OTHERS, CONSOLE])
def test_streams_that_fail(sample_url: str, command: str, streams: str) -> None:
    code, line = STREAMS[streams]
    finished = in_shell(command, streams, DATABASE_URL=sample_url)
    said = finished.stderr.decode()
    assert (finished.returncode, said.count("\n")) == (code, 1 if line else 0), said
    assert line in said


ENCODINGS = {
    "PYTHONIOENCODING": ["ascii", "latin-1", "cp1252", "utf-16"],
    "PYTHONUNBUFFERED": ["1"],
    "TERM": ["dumb"],
    "LC_ALL": ["C"],
}


@pytest.mark.parametrize(("name", "value"), [(name, value) for name, values in ENCODINGS.items() for value in values])
def test_an_answer_in_another_encoding(sample_url: str, name: str, value: str) -> None:
    """JSON stays whole, and a table shows what its encoding has."""
    environment = {name: value, "DATABASE_URL": sample_url}
    encoding = value if name == "PYTHONIOENCODING" else "utf-8"
    table = in_shell('-m api search "Les Misérables" --count 1', "", **environment)
    assert (table.returncode, table.stderr) == (0, b"")
    assert "Les Misérables".encode(encoding, "backslashreplace").decode(encoding) in table.stdout.decode(encoding)
    document = in_shell('-m api search "Les Misérables" --count 1 --json', "", **environment)
    assert json.loads(document.stdout.decode(encoding))[0]["title"] == "Les Misérables"


def test_a_statement_is_printed_as_it_is_or_not_at_all() -> None:
    statement = in_shell('-m api similar "Les Misérables" --sql', "", PYTHONIOENCODING="ascii")
    assert (statement.returncode, statement.stdout) == (1, b"")
    assert b"PYTHONIOENCODING=utf-8" in statement.stderr
    assert in_shell('-m api similar "Les Misérables" --sql', "", PYTHONIOENCODING="latin-1").returncode == 0


@pytest.mark.parametrize("streams", ["2>&1 | true", "2>&1 | head -c 1 >/dev/null", "2>/dev/full", "2>&- <&-"])
def test_an_import_does_not_end_with_who_looks_on(url: str, sample_dump: Path, streams: str) -> None:
    """Progress that nobody reads once ended the import, with exit code 0 and nothing stored."""
    finished = in_shell(f"-m ingest {shlex.quote(str(sample_dump))} --topic book", streams, DATABASE_URL=url)
    assert finished.returncode == 0
    assert contents(url, "articles")["articles"][0] == 549
