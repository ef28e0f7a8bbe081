"""A disk that is full or read-only at each stage: one line that says what to do, nothing half done, and a rerun."""

import re
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from db.embedded import sharing
from tests.support.commands import command, contents, done
from tests.support.downloading import BODY, NAME
from tests.support.mirror import Mirror
from tests.support.small_disks import Disk, mounted

TOPICS = ("--topic", "book", "--topic", "film", "--workers", "1")
FULL = re.compile(
    "is full: .*(No space left on device|wrote only).*; make room there and run the same command again: nothing is half"
)


@pytest.fixture(scope="module")
def disk(embedded_only: None) -> Iterator[Disk]:
    with mounted(260) as disk:
        done("db", "start", WIKISHELF_HOME=str(disk.home))
        yield disk
        done("db", "stop", WIKISHELF_HOME=str(disk.home))


def last_line(disk: Disk, *arguments: str) -> str:
    """What the command says last, having failed in a clear way."""
    failed = command(*arguments, WIKISHELF_HOME=str(disk.home))
    assert failed.returncode == 1, failed
    assert "Traceback" not in failed.stderr
    return failed.stderr.splitlines()[-1]


def settle(disk: Disk) -> None:
    """Let the server write and free now what it would later."""
    with psycopg.connect(sharing.url(disk.home), autocommit=True) as connection:
        connection.execute("checkpoint")


@pytest.fixture(scope="module")
def trained(disk: Disk, sample_dump: Path) -> Disk:
    """A shelf with a model, made on a disk that was full at each stage at first."""
    at = {"WIKISHELF_HOME": str(disk.home)}
    done("db", "upgrade", **at)
    nothing = contents(sharing.url(disk.home))
    for left in (0, 100, 6_000):  # the first part, the rest of staging, and the merge
        with disk.filled(left):
            assert FULL.search(last_line(disk, "ingest", str(sample_dump), *TOPICS))
        assert contents(sharing.url(disk.home)) == nothing
    done("ingest", str(sample_dump), *TOPICS, **at)
    with disk.filled(left=300):
        assert FULL.search(last_line(disk, "train", "--epochs", "1"))
    assert contents(sharing.url(disk.home), "articles")["articles"][0] == 628
    done("train", "--epochs", "1", "--dimensions", "8", **at)
    return disk


STAGES = {
    "map": (("train", "map"), 8),
    "the same import again": (("ingest", "DUMP", *TOPICS), 300),
    "a new shelf": (("db", "upgrade"), 200),
}


@pytest.mark.parametrize("stage", STAGES)
def test_a_full_disk_harms_nothing(trained: Disk, sample_dump: Path, stage: str) -> None:
    arguments, left = STAGES[stage]
    asked = [str(sample_dump) if one == "DUMP" else one for one in arguments]
    schema = {"WIKISHELF_SCHEMA": "another" if stage == "a new shelf" else "wikishelf"}
    before = contents(sharing.url(trained.home))
    settle(trained)
    with trained.filled(left):
        failed = command(*asked, WIKISHELF_HOME=str(trained.home), **schema)
        assert (failed.returncode, failed.stdout) == (1, "")
        assert FULL.search(failed.stderr.splitlines()[-1])
        assert f"host={trained.home}/data" in failed.stderr
    assert contents(sharing.url(trained.home)) == before  # a full server may refuse to be asked
    done(*asked, WIKISHELF_HOME=str(trained.home), **schema)


def test_an_export_to_a_full_disk(trained: Disk) -> None:
    folder = trained.path / "exported"
    settle(trained)
    with trained.filled(left=100):
        line = last_line(trained, "train", "export", str(folder))
        assert f"cannot write {folder}: No space left on device; nothing was left behind there" in line
        assert {path.name for path in trained.path.iterdir()} == {"home", "filler"}
    done("train", "export", str(folder), WIKISHELF_HOME=str(trained.home))
    assert (folder / "model.json").stat().st_size > 0


def test_a_download_to_a_full_disk(mirror: Mirror) -> None:
    with mounted(8) as small:  # without a server, which would take and free some of it
        folder = small.path / "fetched"
        asked = ("ingest", "download", "xxwiki", "--mirror", mirror.url, "--to", str(folder))
        with small.filled(left=len(BODY) // 2048):
            line = last_line(small, *asked)
            assert "free and the dump needs" in line
            assert "make room" in line
        done(*asked)
        assert {path.name for path in folder.iterdir()} == {NAME}
        assert (folder / NAME).read_bytes() == BODY


@pytest.mark.parametrize("left", [0, 64, 1_000])
def test_a_server_that_cannot_start_says_what_to_free(trained: Disk, left: int) -> None:
    at = {"WIKISHELF_HOME": str(trained.home)}
    before = contents(sharing.url(trained.home))
    with trained.filled(left):
        assert done("db", "stop", **at) == "stopped\n"
        trained.fill(left)  # The server may have freed some when it stopped.
        started = command("db", "start", **at)
        if left == 0:
            assert "because the disk there is full (0 MB are free): " in started.stderr
            assert "make room for 32 MB and run the same command again" in started.stderr
            assert started.stderr.count("\n") == started.returncode == 1
        else:
            assert started.returncode == 0, started.stderr
    done("db", "start", **at)
    assert contents(sharing.url(trained.home)) == before


def test_a_new_cluster_on_a_disk_that_is_too_small(embedded_only: None) -> None:
    with mounted(30) as small:
        line = last_line(small, "db", "start")
        assert "No space left on device; make room for 80 MB and run the same command again" in line
        assert not (small.home / "data").exists()


def test_a_read_only_home(trained: Disk) -> None:
    at = {"WIKISHELF_HOME": str(trained.home)}
    done("db", "stop", **at)
    with trained.read_only():
        for asked in (("db", "start"), ("db", "stop"), ("api", "similar", "Dracula"), ("train", "models")):
            assert f"cannot live in {trained.home}: Read-only file system" in last_line(trained, *asked)
        assert done("db", "status", **at) == f"not running in {trained.home}\n"
    done("db", "start", **at)
    assert "Carmilla" in done("api", "similar", "Dracula", "--count", "50", **at)
