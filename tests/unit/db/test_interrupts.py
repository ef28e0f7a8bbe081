"""What Ctrl-C leaves: the exit code is 130, wherever in Python it falls."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT


@pytest.mark.parametrize("statement", ["raise KeyboardInterrupt", "exec('raise KeyboardInterrupt')"])
def test_the_exit_code_is_130_wherever_it_falls(tmp_path: Path, statement: str) -> None:
    (tmp_path / "command.py").write_text(f"from db.console import run\ndef main(): {statement}\nrun('command', main)\n")
    ended = subprocess.run(
        [sys.executable, "-m", "command"], cwd=tmp_path, env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (ended.returncode, ended.stdout, ended.stderr) == (130, "", "command: interrupted\n")
