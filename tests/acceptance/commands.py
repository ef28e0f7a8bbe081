"""The command lines as a person runs them: subprocesses on a database of the test's own."""

import json
import os
import subprocess
import sys
from typing import Any

from tests.conftest import ROOT


def command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run `python -m ...` to its end."""
    return subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=ROOT,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
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
