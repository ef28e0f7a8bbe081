"""The HTTP service for half an hour: many clients, models switched, the database killed and restarted.

    python -m bench.soak [--minutes 30] [--clients 16] [--kills 5] [--switch-seconds 10]

Each model has an answer of its own to every question (bench/planted_models.py): one that is neither's is wrong. Only
while the database is down may there be errors, and up to 2 s after it is back, and all of them 503.
"""

import argparse
import http.client
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import psycopg

from bench import planted_models
from db.connection import Database
from db.embedded import process, sharing
from db.embedded.cluster import Cluster
from db.installing import migrate
from db.models import activation

PATIENCE = 2.0  # seconds from the database's return until every answer is one
ROOT = Path(__file__).parent.parent


class Plan(NamedTuple):
    """How long, how many, how often."""

    minutes: float = 30
    clients: int = 16
    kills: int = 5
    switch_seconds: float = 10


class Asked(NamedTuple):
    """One question: when, and "A", "B" or what was wrong."""

    start: float
    end: float
    outcome: str


@dataclass
class Report:
    """What happened; `faults` is empty if all is well."""

    asked: list[Asked] = field(default_factory=list)
    outages: list[tuple[float, float]] = field(default_factory=list)
    switches: int = 0
    megabytes: list[float] = field(default_factory=list)
    busy: int = 0  # connections, after the last answer
    faults: list[str] = field(default_factory=list)


def main() -> None:
    """Run it in a temporary home and print what happened."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    for name, default in Plan._field_defaults.items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default, metavar="N")
    with tempfile.TemporaryDirectory(prefix="wikishelf-soak-") as folder:
        Path(folder).chmod(0o755)  # root's server runs as another user
        report = run(Path(folder) / "home", Plan(**vars(parser.parse_args())))
    show(report)
    sys.exit(bool(report.faults))


def run(home: Path, plan: Plan) -> Report:
    """Plant, serve, ask, switch, kill; then judge."""
    report = Report()
    with sharing.attach(home) as attachment, Database(attachment.url, attachment=attachment) as database:
        migrate.upgrade(database)
        models = planted_models.plant(database)
        with database.transaction() as connection:
            activation.activate(connection, models["A"])
        with serving(attachment.url) as (process, port):
            with asking(port, plan.clients, report.asked):
                troubled(report, plan, database, models, Cluster(home.resolve()), process.pid)
            report.busy = busy(database)
    report.faults = list(faults(report))
    return report


def troubled(
    report: Report, plan: Plan, database: Database, models: dict[str, int], cluster: Cluster, service_pid: int
) -> None:
    """Switch models until the time is over, and meanwhile kill the database a few times."""
    start, seconds = time.monotonic(), 60 * plan.minutes
    deaths = [start + seconds * (n + 1) / (plan.kills + 1) for n in range(plan.kills)]
    while time.monotonic() < start + seconds:
        if deaths and time.monotonic() > deaths[0]:
            deaths.pop(0)
            report.outages.append(killed(cluster))
        with database.transaction() as connection:
            activation.activate(connection, models["BA"[report.switches % 2]])
        report.switches += 1
        report.megabytes.append(resident(service_pid))
        time.sleep(plan.switch_seconds)


def killed(cluster: Cluster) -> tuple[float, float]:
    """Kill the server as a crash would, wait, and start it; when it was away."""
    process_id = int(cluster.lock_files[0].read_text().split("\n", 1)[0])
    start = time.monotonic()
    os.kill(process_id, signal.SIGKILL)
    time.sleep(1)
    process.ensure_running(cluster)
    return start, time.monotonic()


def faults(report: Report) -> Iterator[str]:
    """What must not be."""
    for asked in report.asked:
        if asked.outcome in planted_models.DIMENSIONS:
            continue
        excused = any(asked.end > down and asked.start < back + PATIENCE for down, back in report.outages)
        if asked.outcome != "503" or not excused:
            yield f"{asked.outcome} at {asked.start:.2f} s"
    for _, back in report.outages:
        late = [a.end for a in report.asked if a.start > back + PATIENCE and a.outcome in planted_models.DIMENSIONS]
        if not late:
            yield f"no answer after the return at {back:.2f} s"
    if {asked.outcome for asked in report.asked} < planted_models.DIMENSIONS.keys():
        yield "not both models answered"
    if report.busy:
        yield f"{report.busy} connections are in use after the last answer"
    warm = report.megabytes[len(report.megabytes) // 2 :]
    if warm and max(warm) > 1.1 * warm[0] + 10:
        yield f"memory grew from {warm[0]:.0f} to {max(warm):.0f} MB in the second half"


@contextmanager
def serving(url: str) -> Iterator[tuple[Any, int]]:
    """The service as a process."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", "0"],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    port = int(re.findall(r":(\d+)$", process.stderr.readline())[0])
    reader = threading.Thread(target=process.stderr.read)  # or it would stop at a full pipe
    reader.start()
    try:
        yield process, port
    finally:
        process.terminate()
        process.wait(30)
        reader.join()
        process.stderr.close()


@contextmanager
def asking(port: int, clients: int, asked: list[Asked]) -> Iterator[None]:
    """Clients in threads; what they ask goes into the list."""
    stop = threading.Event()
    threads = [threading.Thread(target=ask_until, args=(port, seed, stop, asked)) for seed in range(clients)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def ask_until(port: int, seed: int, stop: threading.Event, asked: list[Asked]) -> None:
    """One client with a connection of its own, five questions a second at most."""
    generator = random.Random(seed)
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    while not stop.wait(0.2):
        number, start = generator.randrange(planted_models.N_ARTICLES), time.monotonic()
        try:
            connection.request("GET", f"/articles/Book%20{number}/similar")
            response = connection.getresponse()
            outcome = outcome_of(number, response.status, response.read())
        except (OSError, http.client.HTTPException) as error:
            connection.close()
            outcome = f"{type(error).__name__}: {error}"
        asked.append(Asked(start, time.monotonic(), outcome))
    connection.close()


def outcome_of(number: int, status: int, content: bytes) -> str:
    """The layout that answered, or what was wrong."""
    if status != 200:
        return str(status)
    found = {int(one) for one in re.findall(rb'"article_id":(\d+)', content)}
    return planted_models.layout_of(number, found) or f"wrong: {number} with {sorted(found)}"


def busy(database: Database) -> int:
    """Sessions of the reader that are in the middle of something, when nothing has been asked for half a second."""
    time.sleep(0.5)
    query = """
        select count(*) from pg_stat_activity
        where application_name = 'wikishelf' and pid <> pg_backend_pid() and state <> 'idle'"""
    with psycopg.connect(database.url) as connection:
        return int(connection.execute(query).fetchone()[0])  # type: ignore[index]


def resident(process_id: int) -> float:
    """Megabytes of memory (Linux)."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def show(report: Report) -> None:
    """Print the figures."""
    seconds = [asked.end - asked.start for asked in report.asked if asked.outcome in planted_models.DIMENSIONS]
    refused = sum(asked.outcome == "503" for asked in report.asked)
    median, p99, most = 1000 * np.percentile(seconds, [50, 99, 100])
    print(f"{len(report.asked):,} questions, {refused} times 503, {report.switches} switches")
    print(f"answers: median {median:.1f} ms, p99 {p99:.1f} ms, most {most:.1f} ms")
    for down, back in report.outages:
        first = min(
            a.end for a in report.asked if a.start > down and a.end > back and a.outcome in planted_models.DIMENSIONS
        )
        last = max((a.end for a in report.asked if down < a.start < back + 60 and a.outcome == "503"), default=back)
        print(
            f"database away {back - down:.2f} s; first answer {first - back:.2f} s, last 503 {last - back:.2f} s after"
        )
    print(f"memory {report.megabytes[0]:.0f} MB at first, {report.megabytes[-1]:.0f} MB at the end")
    print(f"{len(report.faults)} faults {report.faults[:5]}")


if __name__ == "__main__":
    main()
