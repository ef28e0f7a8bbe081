"""SIGKILL at random moments: nothing half done is ever seen, the active model answers, the next run starts.

WIKISHELF_KILLS=20 for the long version (about 6 minutes).
"""

import os
import random
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from db.embedded import sharing
from tests.support.commands import IMPORTED, answer, command, contents, done, started

KILLS = int(os.environ.get("WIKISHELF_KILLS", "2"))

MODEL_TABLES = ("_article_vectors", "_link_vectors", "_link_weights", "_map_positions", "_map_regions", "_map_points")


def kill_after(seconds: float, *arguments: str, **environment: str) -> None:
    """Start `python -m ...` and kill it; once more and sooner if it had ended before, as a machine may get quicker."""
    with started(*arguments, **environment) as process:
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        ended = process.wait()
    if ended != -signal.SIGKILL:
        assert ended == 0
        kill_after(seconds / 2, *arguments, **environment)


def seconds_of(*arguments: str, **environment: str) -> float:
    """How long it takes with all imports, as where it is killed."""
    start = time.monotonic()
    with started(*arguments, **environment) as process:
        _, errors = process.communicate()
    assert process.returncode == 0, errors
    return time.monotonic() - start


def moments(whole: float, seed: int) -> Iterator[float]:
    """Random moments of a run after the interpreter has started, one in each equal part: some come before its end."""
    generator = random.Random(seed)
    return (generator.uniform(0.1 + 0.9 * n / KILLS, 0.1 + 0.9 * (n + 1) / KILLS) * whole for n in range(KILLS))


def test_a_killed_import_in_parts_leaves_nothing_and_is_made_good(url: str, sample_dump: Path, sample_url: str) -> None:
    in_parts = ["--topic", "book", "--topic", "film", "--part-size", "0.02", "--workers", "2"]
    arguments = ("ingest", str(sample_dump), *in_parts)
    whole = seconds_of(*arguments, DATABASE_URL=url)
    expected = contents(url, *IMPORTED)
    nothing = dict.fromkeys(IMPORTED, (0, ""))
    for moment in moments(whole, seed=1):
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f"truncate {', '.join(IMPORTED)}, imports")
            connection.execute("update _last_article set article_id = 0")
        kill_after(moment, *arguments, DATABASE_URL=url)
        assert contents(url, *IMPORTED) in (nothing, expected)
        done(*arguments, DATABASE_URL=url)
        assert contents(url, *IMPORTED) == expected


def test_a_killed_training_leaves_the_active_model(sample_copy: str) -> None:
    before = answer("api", "similar", "Dracula", DATABASE_URL=sample_copy)
    whole = seconds_of("train", "--no-activate", DATABASE_URL=sample_copy)
    for moment in moments(whole, seed=2):
        kill_after(moment, "train", "--no-activate", DATABASE_URL=sample_copy)
        assert answer("api", "similar", "Dracula", DATABASE_URL=sample_copy) == before
    done("train", "--no-activate", "--epochs", "1", DATABASE_URL=sample_copy)
    listed = answer("train", "models", DATABASE_URL=sample_copy)
    assert {one["state"] for one in listed} <= {"active", "ready", "failed"}
    ready = {one["model_id"] for one in listed if one["state"] in {"active", "ready"}}
    with psycopg.connect(sample_copy) as connection:
        tables = connection.execute(r"select tablename from pg_tables where tablename ~ '_\d+$'").fetchall()
    assert {table for (table,) in tables} == {f"{kind}_{n}" for kind in MODEL_TABLES for n in ready}


@pytest.mark.parametrize(
    ("number", "moment", "reason", "exit_code"),
    [
        (signal.SIGINT, "", "interrupted", 130),  # while TensorFlow is imported or the epoch compiled
        (signal.SIGTERM, "epoch 1/", "interrupted", 130),
        (signal.SIGKILL, "epoch 1/", "killed", -signal.SIGKILL),
    ],
)
def test_a_stopped_training_leaves_its_reason(
    sample_copy: str, number: int, moment: str, reason: str, exit_code: int
) -> None:
    before = answer("api", "similar", "Dracula", DATABASE_URL=sample_copy)
    process = started("train", "--epochs", "10000", DATABASE_URL=sample_copy)
    assert process.stderr is not None
    wait_for_row(sample_copy, "training")
    while not (line := process.stderr.readline() if moment else "").startswith(moment):
        assert line
    process.send_signal(number)
    lines = process.communicate()[1].splitlines()
    assert process.returncode == exit_code
    if reason == "interrupted":
        story = "interrupted; model 2 is listed as failed, and searches answer as before"
        assert lines[-1] == f"python -m train: {story}"
        assert "Traceback" not in "".join(lines)
    _, failed = answer("train", "models", DATABASE_URL=sample_copy)
    assert (failed["state"], failed["reason"], failed["bytes"]) == ("failed", reason, 0)
    assert answer("api", "similar", "Dracula", DATABASE_URL=sample_copy) == before


def wait_for_row(url: str, state: str) -> None:
    """Until a model is in this state."""
    with psycopg.connect(url, autocommit=True) as connection:
        while not connection.execute("select from models where state = %s", [state]).fetchall():
            time.sleep(0.05)


def test_a_killed_server_comes_back_whole(home: Path, sample_dump: Path) -> None:
    arguments = ("ingest", str(sample_dump), "--topic", "book", "--topic", "film")
    here = {"WIKISHELF_HOME": str(home)}
    done(*arguments, **here)  # This makes the server's files, which takes longer than an import.
    whole = seconds_of(*arguments, **here)
    with sharing.attach(home) as server:
        expected = contents(server.url, *IMPORTED)
    for moment in moments(whole, seed=3):
        hit = False
        while not hit:
            process = started(*arguments, **here)
            time.sleep(moment)
            while not (hit := kill_postmaster(home)) and process.poll() is None:
                time.sleep(0.01)
            moment /= 2
            _, errors = process.communicate()
            assert process.returncode in (0, 1), errors
            assert "Traceback" not in errors
        with sharing.attach(home) as server:
            assert contents(server.url, *IMPORTED) == expected
    done(*arguments, **here)


def test_client_server_and_backend_killed_during_upgrade_import_and_download(embedded_only: None) -> None:
    """Each command is killed in each way; bench/kills.py has all commands, and many more moments."""
    chosen = ("upgrade 0003", "ingest in parts", "download")
    options = [word for name in chosen for word in ("--only", name)]
    finished = command("bench.kills", "--moments", str(2 * KILLS), *options)
    assert (finished.returncode, finished.stderr) == (0, "")
    assert re.findall(r"^(.+) {", finished.stdout, re.MULTILINE) == ["ingest in parts", "download", "upgrade 0003"]
    assert "'kills'" in finished.stdout


def kill_postmaster(home: Path) -> bool:
    """Kill the server; False if it was just stopped or is not started yet."""
    try:
        os.kill(int((home / "data" / "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
    except (FileNotFoundError, IndexError, ProcessLookupError):
        return False
    return True
