"""A forked child touches neither the embedded server nor its locks; one that asks becomes a client of its own."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from db.embedded import sharing
from tests.support.servers import PROJECT

ENDS = {
    "exit": "exit()",
    "sys.exit": "sys.exit(0)",
    "sys.exit with a code": "sys.exit(3)",
    "os._exit": "os._exit(0)",
    "exception": "raise ValueError",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
    "close": "shelf.close(); os._exit(0)",
    "garbage": "del shelf; gc.collect(); sys.exit(0)",
    "SIGTERM": "os.kill(os.getpid(), signal.SIGTERM)",
    "SIGKILL": "os.kill(os.getpid(), signal.SIGKILL)",
    "exec": "os.execv('/bin/true', ['true'])",
    "grandchild": "os.fork(); sys.exit(0)",
    "question": "shelf.fetch('select 1', {}); sys.exit(0)",
    "question, then os._exit": "shelf.fetch('select 1', {}); os._exit(0)",
}
PARENT = """
import gc, os, signal, sys
from db.opening import connect
with connect(tables="any") as shelf:
    shelf.fetch("select 1", {})
    since = shelf.fetch("select pg_postmaster_start_time()", {})
    child = os.fork()
    if not child:
        %s
    os.waitpid(child, 0)
    assert shelf.fetch("select pg_postmaster_start_time()", {}) == since
    print("reached")
"""


def python(home: Path, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=PROJECT, env={**os.environ, "WIKISHELF_HOME": str(home)}, capture_output=True, text=True, timeout=120,
    )  # fmt: skip


@pytest.mark.parametrize("end", ENDS)
def test_a_child_that_ends_leaves_the_server_to_its_parent(shared_home: Path, end: str) -> None:
    done = python(shared_home, PARENT % ENDS[end])
    assert done.stdout.endswith("reached\n"), done.stderr
    assert sharing.status(shared_home) is None


POOL = """
import multiprocessing, os, sys
from db.opening import connect
def ask(n):
    return shelf.fetch("select %(n)s::int", {"n": n})[0][0]
if __name__ == "__main__":
    with connect(tables="any") as shelf:
        with multiprocessing.get_context("fork").Pool(3) as pool:
            print(pool.map(ask, range(20)) == list(range(20)), shelf.fetch("select 1", {}))
"""


def test_multiprocessing(shared_home: Path) -> None:
    done = python(shared_home, POOL)
    assert (done.stdout, done.stderr) == ("True [(1,)]\n", "")
    assert sharing.status(shared_home) is None


ORPHAN = """
import os, time
from db.opening import connect
shelf = connect(tables="any")
ready, told = os.pipe()
parent = os.getpid()
if os.fork() == 0:
    assert shelf.fetch("select 1", {}) == [(1,)]  # now it is a client of its own
    os.write(told, b"x")
    while os.getppid() == parent:
        time.sleep(0.01)
    print(shelf.fetch("select 42", {}), flush=True)
    shelf.close()
    os._exit(0)
os.read(ready, 1)
shelf.close()
"""


def test_a_child_that_asks_may_outlive_its_parent(shared_home: Path) -> None:
    assert python(shared_home, ORPHAN).stdout == "[(42,)]\n"
    assert sharing.status(shared_home) is None
