"""The download as a process: it is killed and goes on, it shows its pace on a terminal, and its files can be read."""

import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest.download.command import main
from ingest.download.errors import DownloadRunning
from ingest.dumps.files import find_sources
from ingest.extract import extract
from ingest.topics.catalogue import load_topics
from tests.conftest import ROOT
from tests.support.commands import answer
from tests.support.downloading import BODY, HALF, NAME, PATH, QUICK, download, is_clean
from tests.support.mirror import Fault, Mirror
from tests.support.pages import without_links


def start_command(mirror: Mirror, folder: Path, **options: Any) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "ingest", "download", "xxwiki", "--mirror", mirror.url, "--to", str(folder)]
    return subprocess.Popen(command, cwd=ROOT, **options)


def wait_for(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 120
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


def unfinished_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.glob("unfinished/*.part"))


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGINT, signal.SIGTERM])
def test_after_a_kill_the_next_run_goes_on_and_no_byte_comes_twice(mirror: Mirror, tmp_path: Path, ending: int) -> None:
    second = "xxwiki-20260101-pages-articles-multistream2.xml-p7p9.bz2"
    bodies = {NAME: BODY, second: BODY[::-1]}
    mirror.publish(bodies)
    mirror.faults[PATH] = [Fault(stall_after=HALF)]
    mirror.faults[f"/xxwiki/20260101/{second}"] = [Fault(stall_after=1000)]
    with start_command(mirror, tmp_path, stderr=subprocess.PIPE) as process:
        try:
            wait_for(lambda: unfinished_bytes(tmp_path) == HALF + 1000)
            with pytest.raises(DownloadRunning):
                main(["xxwiki", "--mirror", mirror.url, "--to", str(tmp_path)], QUICK)
        finally:
            process.send_signal(ending)
        _, errors = process.communicate(timeout=10)
    assert process.returncode == (130 if ending == signal.SIGINT else -ending)
    assert errors == (b"python -m ingest: interrupted\n" if ending == signal.SIGINT else b"")
    assert not find_whole(tmp_path)

    report = answer("ingest", "download", "xxwiki", "--mirror", mirror.url, "--to", str(tmp_path))
    assert [part["fetched"] for part in report["parts"]] == [len(BODY) - HALF, len(BODY) - 1000]
    assert [(one.start, one.sent) for one in mirror.asked(NAME)] == [(0, HALF), (HALF, len(BODY) - HALF)]
    assert sum(one.sent for one in mirror.asked(second)) == len(BODY)
    assert {name: (tmp_path / name).read_bytes() for name in bodies} == bodies
    assert is_clean(tmp_path, *bodies)


def find_whole(folder: Path) -> list[Path]:
    return [file for file in folder.iterdir() if file.is_file()]


def test_a_terminal_shows_the_pace(mirror: Mirror, tmp_path: Path) -> None:
    mirror.faults[PATH] = [Fault(drop_after=HALF)]
    ours, theirs = pty.openpty()
    with start_command(
        mirror, tmp_path, stdout=subprocess.PIPE, stderr=theirs, env={**os.environ, "COLUMNS": "150"}
    ) as process:
        os.close(theirs)
        shown = b""
        try:
            while piece := os.read(ours, 1 << 16):
                shown += piece
        except OSError:  # Linux's end of a terminal
            pass
        assert process.stdout is not None
        output = process.stdout.read()
    os.close(ours)
    assert process.returncode == 0
    assert b"MB/s" in shown
    assert b"in all" in shown
    assert b"closed early" in shown
    assert b"0.3 MB in 1 file\n" in output


def test_what_was_downloaded_can_be_read(mirror: Mirror, tmp_path: Path, sample_dump: Path) -> None:
    mirror.publish({NAME: sample_dump.read_bytes()})
    mirror.faults[PATH] = [Fault(drop_after=70_000), Fault(status=503), Fault(drop_after=50_000)]
    download(mirror, tmp_path)
    (source,) = find_sources([tmp_path])
    found, report = extract(source, load_topics(["book", "film"]))
    titles = {one.title for one in without_links(found)}
    assert (report.wiki, report.topics) == ("samplewiki", {"book": 549, "film": 79})
    assert "Dracula" in titles
    assert source.path.read_bytes() == sample_dump.read_bytes()
