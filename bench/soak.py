"""The HTTP service for half an hour: many clients ask, models are switched, the database is killed and restarted.

    python -m bench.soak [--minutes 30] [--clients 16] [--kills 5] [--switch-seconds 10]

Each model has an answer of its own to every question (bench/planted_models.py), so an answer of neither model is wrong.
Errors are allowed only while the database is down and in the first 2 s after it is back. Each of them must be a 503.
"""

import http.client
import os
import random
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psycopg

from bench import planted_models
from bench.common import empty_database, parser, serving, temporary_home
from db.connection import Database
from db.embedded import process
from db.embedded.cluster import Cluster
from db.models import activation

SECONDS_TO_RECOVER = 2.0  # A 503 is excused for so long after the database has returned.


class Plan(NamedTuple):
    """How long the run lasts, how many clients ask, how often the database is killed and the model switched."""

    minutes: float = 30
    clients: int = 16
    kills: int = 5
    switch_seconds: float = 10


class Asked(NamedTuple):
    """One question: its time, and as the outcome "A", "B" or what was wrong."""

    start: float
    end: float
    outcome: str


@dataclass
class Report:
    """What happened; `faults` is empty if all is well.

    Attributes
    ----------
    outages : list of (start, end)
        When the database was away.
    megabytes : list of float
        The memory of the service at each switch.
    busy : int
        Connections that are still in use after the last answer.
    """

    asked: list[Asked] = field(default_factory=list)
    outages: list[tuple[float, float]] = field(default_factory=list)
    switches: int = 0
    megabytes: list[float] = field(default_factory=list)
    busy: int = 0
    faults: list[str] = field(default_factory=list)


def main() -> None:
    """Run it in a temporary home and print what happened."""
    command = parser(__doc__)
    for name, default in Plan._field_defaults.items():
        command.add_argument(f"--{name.replace('_', '-')}", type=type(default), default=default, metavar="N")
    plan = Plan(**vars(command.parse_args()))
    with temporary_home() as home:
        report = run(home, plan)
    show(report)
    sys.exit(bool(report.faults))


def run(home: Path, plan: Plan) -> Report:
    """Plant the models, serve them, ask, switch and kill; then judge what came back."""
    report = Report()
    with empty_database(home) as database:
        models = planted_models.plant(database)
        with database.transaction() as connection:
            activation.activate(connection, models["A"])
        with serving(database.url) as (service, port):
            with asking(port, plan.clients, report.asked):
                troubled(report, plan, database, models, Cluster(home.resolve()), service)
            report.busy = busy(database)
    report.faults = list(faults(report))
    return report


def troubled(
    report: Report, plan: Plan, database: Database, models: dict[str, int], cluster: Cluster, service_pid: int
) -> None:
    """Switch models until the time is over, and kill the database a few times in between."""
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
    """Kill the server as a crash would, wait, and start it again. Returns from when to when it was away."""
    process_id = int(cluster.lock_files[0].read_text().split("\n", 1)[0])
    start = time.monotonic()
    os.kill(process_id, signal.SIGKILL)
    time.sleep(1)
    process.ensure_running(cluster)
    return start, time.monotonic()


def faults(report: Report) -> Iterator[str]:
    """Everything that must not happen and did."""
    for asked in report.asked:
        if asked.outcome in planted_models.DIMENSIONS:
            continue
        excused = any(asked.end > down and asked.start < back + SECONDS_TO_RECOVER for down, back in report.outages)
        if asked.outcome != "503" or not excused:
            yield f"{asked.outcome} at {asked.start:.2f} s"
    for _, back in report.outages:
        late = (asked.outcome for asked in report.asked if asked.start > back + SECONDS_TO_RECOVER)
        if not any(outcome in planted_models.DIMENSIONS for outcome in late):
            yield f"no answer after the return at {back:.2f} s"
    if not planted_models.DIMENSIONS.keys() <= {asked.outcome for asked in report.asked}:
        yield "not both models answered"
    if report.busy:
        yield f"{report.busy} connections are in use after the last answer"
    warm = report.megabytes[len(report.megabytes) // 2 :]
    if warm and max(warm) > 1.1 * warm[0] + 10:
        yield f"memory grew from {warm[0]:.0f} to {max(warm):.0f} MB in the second half"


@contextmanager
def asking(port: int, clients: int, asked: list[Asked]) -> Iterator[None]:
    """Let clients ask in threads of their own; everything that they ask goes into the list."""
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
    """Ask as one client, with a connection of its own and at most five questions per second."""
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
    """How many sessions are still busy when nothing has been asked for half a second."""
    time.sleep(0.5)
    query = """
        select count(*) from pg_stat_activity
        where application_name = 'wikishelf' and pid <> pg_backend_pid() and state <> 'idle'"""
    with psycopg.connect(database.url) as connection:
        return int(connection.execute(query).fetchone()[0])  # type: ignore[index]


def resident(process_id: int) -> float:
    """Megabytes of memory that a process has (Linux)."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def show(report: Report) -> None:
    """Print the figures."""
    seconds = [asked.end - asked.start for asked in report.asked if asked.outcome in planted_models.DIMENSIONS]
    refused = sum(asked.outcome == "503" for asked in report.asked)
    median, p99, most = 1000 * np.percentile(seconds, [50, 99, 100])
    print(f"{len(report.asked):,} questions, of which {refused} got a 503; {report.switches} switches")
    print(f"answers: median {median:.1f} ms, p99 {p99:.1f} ms, most {most:.1f} ms")
    for down, back in report.outages:
        asked = [one for one in report.asked if down < one.start < back + 60]
        first = min(one.end for one in asked if one.end > back and one.outcome in planted_models.DIMENSIONS)
        last = max((one.end for one in asked if one.outcome == "503"), default=back)
        print(f"The database was away for {back - down:.2f} s. After its return, the first answer came", end=" ")
        print(f"in {first - back:.2f} s and the last 503 in {last - back:.2f} s.")
    print(f"memory of the service: {report.megabytes[0]:.0f} MB at first, {report.megabytes[-1]:.0f} MB at the end")
    print(f"{len(report.faults)} faults, the first of them {report.faults[:5]}")


if __name__ == "__main__":
    main()
