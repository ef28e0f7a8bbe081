"""The tests on every server and Python that Wikishelf promises. `make matrix` runs them all.

What this machine cannot run is a line of the table with its reason. It fails the run if it was asked for by name.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from tests.matrix.servers import SERVERS, TEST_PROCESSES, Missing

ROOT = Path(__file__).parents[2]
PYTHONS = ("3.11", "3.12", "3.13")
PATHS = ("tests/database", "tests/migration", "tests/acceptance/test_sample.py", "tests/acceptance/test_import.py")
HEADINGS = ("server", "Python", "PostgreSQL", "pgvector", "passed", "failed", "skipped", "seconds")


class Row(NamedTuple):
    """A line of the table: one run of pytest, or what was not run and why."""

    cells: tuple[object, ...]
    verdict: str  # "passed", "failed" or "not run"


def main() -> int:
    """Run what was asked for, print the table, say whether all is well."""
    parser = argparse.ArgumentParser(prog="python -m tests.matrix", description=__doc__)
    parser.add_argument("--server", action="append", choices=SERVERS, help="may be repeated (default: all)")
    parser.add_argument("--python", action="append", choices=PYTHONS, help="may be repeated (default: all)")
    parser.add_argument("paths", nargs="*", default=PATHS, metavar="PATH", help="what pytest runs")
    asked = parser.parse_args()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) != signal.SIG_IGN:  # as nohup does
            signal.signal(number, lambda number, frame: sys.exit(128 + number))  # the servers are stopped on the way
    rows = list(runs(asked))
    print_table(rows)
    verdicts = {row.verdict for row in rows}
    return int("failed" in verdicts or "passed" not in verdicts)


def runs(asked: argparse.Namespace) -> Iterator[Row]:
    """One row for each server and Python, and one for each that this machine lacks."""
    interpreters: dict[str, str] = {}
    for python in asked.python or PYTHONS:
        try:
            interpreters[python] = interpreter(python)
        except Missing as missing:
            yield Row(("any", python, f"not run: {missing}"), "failed" if asked.python else "not run")
    for name in asked.server or SERVERS:
        try:
            with SERVERS[name].start() as urls:
                for python, program in interpreters.items():
                    yield run(name, urls, python, program, asked.paths)
        except Missing as missing:
            yield Row((name, "any", f"not run: {missing}"), "failed" if asked.server else "not run")


def interpreter(python: str) -> str:
    """The Python of that version in an environment of its own; this one, if it is of that version."""
    if python == f"{sys.version_info.major}.{sys.version_info.minor}":
        return sys.executable
    environment = {**os.environ, "PYENV_VERSION": python}  # else pyenv's python3.13 does not start
    known = shutil.which(f"python{python}")
    if not known or subprocess.run([known, "--version"], env=environment, capture_output=True, check=False).returncode:
        raise Missing(f"this machine has no python{python}")
    folder = f".venv-{python}"
    command = ["make", f"{folder}/ready", f"VENV={folder}", f"PYTHON={known}"]
    if subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode != 0:
        raise Missing(f"make could not fill {folder}")
    return str(ROOT / folder / "bin" / "python")


def run(name: str, urls: list[str], python: str, program: str, paths: list[str]) -> Row:
    """One run of pytest, in several processes."""
    print(f"\n=== {name}, Python {python} ===", flush=True)
    environment = {key: value for key, value in os.environ.items() if key != "WIKISHELF_TEST_SERVER"}
    if urls:
        environment["WIKISHELF_TEST_SERVER"] = " ".join(urls)
    began = time.monotonic()
    with tempfile.NamedTemporaryFile(suffix=".xml") as report, tempfile.NamedTemporaryFile("r") as met:
        environment["WIKISHELF_TEST_VERSIONS"] = met.name
        options = (f"--junitxml={report.name}", f"--numprocesses={TEST_PROCESSES}", "--dist=loadfile")
        code = pytest([program, "-m", "pytest", "-q", *options, "--no-loadscope-reorder", *paths], environment)
        counts, found = read(report.name), set(met.read().splitlines())
    versions = found.pop().split() if len(found) == 1 else ["", ""]
    promised = all(version.startswith(begin) for version, begin in zip(versions, SERVERS[name][1:], strict=True))
    cells = (name, python, *versions, *counts, f"{time.monotonic() - began:.0f}")
    return Row(cells, "passed" if code == 0 and promised else "failed")


def pytest(command: list[str], environment: dict[str, str]) -> int:
    """Its exit code; when we are ended before it, it gets Ctrl-C and the time to clear up."""
    process = subprocess.Popen(command, cwd=ROOT, env=environment, start_new_session=True)
    try:
        return process.wait()
    except BaseException:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGINT)
        process.wait()
        raise


def read(report: str) -> list[int]:
    """From pytest's report: how many tests passed, failed and were skipped."""
    with suppress(ElementTree.ParseError):  # pytest ended before it wrote one
        for suite in ElementTree.parse(report).iter("testsuite"):
            total, *unsuccessful = (int(suite.get(kind, 0)) for kind in ("tests", "failures", "errors", "skipped"))
            failures, errors, skipped = unsuccessful
            return [total - sum(unsuccessful), failures + errors, skipped]
    return [0, 0, 0]


def print_table(rows: list[Row]) -> None:
    """All rows below each other; a reason takes the place of the figures."""
    print()
    for cells, verdict in ((HEADINGS, ""), *rows):
        print(f"{cells[0]:<19}" + "".join(f"{cell:<12}" for cell in cells[1:]) + verdict.removeprefix("not run"))


if __name__ == "__main__":
    sys.exit(main())
