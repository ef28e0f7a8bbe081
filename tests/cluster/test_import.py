"""An import on a Dask cluster of three hosts, of which one dies and one loses its network."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import psycopg
import pytest

from bench import make_dump
from tests.conftest import ROOT, as_url
from tests.support.commands import IMPORTED, contents, done, started
from tests.support.hosts import HERE, Host
from tests.support.servers import wait_for

# What docs/scale.md advises: a host that does not answer counts as lost after seconds and not minutes.
SOON = {
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "10s",
}


@contextmanager
def running(*command: str) -> Iterator[subprocess.Popen[str]]:
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **SOON}, stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()


def dask(program: str, *arguments: str) -> tuple[str, ...]:
    return sys.executable, "-m", f"distributed.cli.dask_{program}", *arguments


@pytest.fixture
def scheduler(three_hosts: list[Host]) -> Iterator[str]:
    with running(*dask("scheduler", "--host", HERE, "--port", "0", "--no-dashboard")) as process:
        assert process.stderr is not None
        line = next(line for line in process.stderr if "Scheduler at:" in line)
        yield line.split()[-1]


@pytest.fixture
def workers(three_hosts: list[Host], scheduler: str, tmp_path: Path) -> Iterator[list[subprocess.Popen[str]]]:
    """One worker on each host; they share this machine's files, as hosts share a network file system."""
    with ExitStack() as stack:
        yield [
            stack.enter_context(
                running(
                    *host.command(*dask("worker", scheduler, "--host", host.address, "--nthreads", "1", "--no-nanny")),
                    *("--no-dashboard", "--local-directory", str(tmp_path / host.name)),
                )
            )
            for host in three_hosts
        ]


@pytest.fixture(scope="module")
def dump(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("dump") / "made.xml.bz2"
    make_dump.write(path, make_dump.pages(16, 0.3), multistream=True)
    return path


def test_a_host_that_dies_and_one_that_is_cut_off_lose_nothing(
    three_hosts: list[Host],
    scheduler: str,
    workers: list[subprocess.Popen[str]],
    network_url: str,
    database_url: str,
    dump: Path,
) -> None:
    in_parts = ("ingest", str(dump), "--part-size", "0.05")
    url = as_url(database_url)
    done(*in_parts, "--workers", "2", DATABASE_URL=url)
    done("db", "upgrade", DATABASE_URL=network_url)
    process = started(*in_parts, "--scheduler", scheduler, DATABASE_URL=network_url)
    with psycopg.connect(network_url, autocommit=True) as connection:
        wait_for(lambda: connection.execute("select from wikishelf._staging_parts offset 3").fetchone() is not None)
    os.killpg(workers[0].pid, signal.SIGKILL)
    three_hosts[1].cut_off()
    try:
        _, errors = process.communicate(timeout=200)
    finally:
        three_hosts[1].plug_in()
    assert process.returncode == 0, errors
    assert contents(network_url, *IMPORTED) == contents(url, *IMPORTED)
