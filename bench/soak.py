"""The HTTP service for half an hour: many ask, some mean harm, models are switched, the database dies and freezes.

    python -m bench.soak [--minutes 30] [--clients 16] [--kills 5] [--freezes 3] [--abusers 16] [--slow 8]

Each model has an answer of its own to every question (bench/planted_models.py), so an answer of neither model is wrong.
Errors are allowed only while the database is away or silent and in the first 2 s after. Each of them must be a 503.
The clients ask alone for the first tenth of the time; then the others come (bench/soak_clients.py).
"""

import os
import re
import signal
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

import numpy as np
import psycopg

from bench import planted_models
from bench.common import empty_database, parser, serving, temporary_home
from bench.soak_clients import Asked, asking, harming, looking, running
from db.connection import Database
from db.embedded import process
from db.embedded.cluster import Cluster
from db.models import activation

SECONDS_TO_RECOVER = 2.0  # A 503 is excused for so long after the database has returned.
SECONDS_FROZEN = 4.0
SESSIONS = "from pg_stat_activity where application_name = 'wikishelf' and pid <> pg_backend_pid()"


class Plan(NamedTuple):
    """How long the run lasts, who takes part, and how often the database is killed or frozen and the model switched."""

    minutes: float = 30.0
    clients: int = 16
    kills: int = 5
    freezes: int = 3
    abusers: int = 16
    slow: int = 8
    switch_seconds: float = 10.0


@dataclass
class Report:
    """What happened; `faults` is empty if all is well.

    Attributes
    ----------
    outages : list of (start, end)
        When the database was away or silent.
    looked : list of Asked
        What /readyz said.
    harmed : float
        Since when others have meant harm.
    megabytes : list of float
        The memory of the service at each switch.
    busy : int
        Connections that are still in use after the last answer.
    """

    asked: list[Asked] = field(default_factory=list)
    looked: list[Asked] = field(default_factory=list)
    harmed: float = 0
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
        with serving(database.url, "--admin-port", "0") as (service, port, admin_port):
            with running([*asking(port, plan.clients, report.asked), *looking(admin_port, report.looked)]):
                time.sleep(6 * plan.minutes)
                report.harmed = time.monotonic()
                with running(harming(port, plan.abusers, plan.slow)):
                    troubled(report, plan, database, models, Cluster(home.resolve()), service)
            report.busy = busy(database)
    report.faults = list(faults(report))
    return report


def troubled(
    report: Report, plan: Plan, database: Database, models: dict[str, int], cluster: Cluster, service_pid: int
) -> None:
    """Switch models until the time is over, and kill or freeze the database a few times in between."""
    start, seconds = time.monotonic(), 54 * plan.minutes
    troubles = [killed] * plan.kills + [frozen] * plan.freezes
    due = [start + seconds * (n + 1) / (len(troubles) + 1) for n in range(len(troubles))]
    while time.monotonic() < start + seconds:
        if due and time.monotonic() > due[0]:
            due.pop(0)
            report.outages.append(troubles.pop(0)(cluster, database))
        with database.transaction() as connection:
            activation.activate(connection, models["BA"[report.switches % 2]])
        report.switches += 1
        report.megabytes.append(resident(service_pid))
        time.sleep(plan.switch_seconds)


def killed(cluster: Cluster, _: Database) -> tuple[float, float]:
    """Kill the server as a crash would, wait, and start it again. Returns from when to when it was away."""
    process_id = int(cluster.lock_files[0].read_text().split("\n", 1)[0])
    start = time.monotonic()
    os.kill(process_id, signal.SIGKILL)
    time.sleep(1)
    process.ensure_running(cluster)
    return start, time.monotonic()


def frozen(_: Cluster, database: Database) -> tuple[float, float]:
    """Stop the server's processes that answer the service, as if their host had vanished, and let them go on."""
    with psycopg.connect(database.url) as connection:
        backends = [pid for (pid,) in connection.execute(f"select pid {SESSIONS}")]
    start = time.monotonic()
    for pid in backends:
        os.kill(pid, signal.SIGSTOP)
    time.sleep(SECONDS_FROZEN)
    for pid in backends:
        os.kill(pid, signal.SIGCONT)
    return start, time.monotonic()


def faults(report: Report) -> Iterator[str]:
    """Everything that must not happen and did."""
    for asked in report.asked:
        if asked.outcome not in planted_models.DIMENSIONS and not (asked.outcome == "503" and excused(report, asked)):
            yield f"{asked.outcome} at {asked.start:.2f} s"
    for looked in report.looked:
        if looked.outcome != "200" and not (looked.outcome == "503" and excused(report, looked)):
            yield f"/readyz says {looked.outcome} at {looked.start:.2f} s"
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


def excused(report: Report, asked: Asked) -> bool:
    """Whether the database was away or silent while this was asked, or had just returned."""
    return any(asked.end > down and asked.start < back + SECONDS_TO_RECOVER for down, back in report.outages)


def busy(database: Database) -> int:
    """How many sessions are still busy when nothing has been asked for half a second."""
    time.sleep(0.5)
    with psycopg.connect(database.url) as connection:
        return int(connection.execute(f"select count(*) {SESSIONS} and state <> 'idle'").fetchone()[0])  # type: ignore[index]


def resident(process_id: int) -> float:
    """Megabytes of memory that a process has (Linux)."""
    status = Path(f"/proc/{process_id}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def show(report: Report) -> None:
    """Print the figures."""
    refused = sum(asked.outcome == "503" for asked in report.asked)
    print(f"{len(report.asked):,} questions, of which {refused} got a 503; {report.switches} switches")
    for name, start, end in (("alone", 0.0, report.harmed), ("with all others", report.harmed, np.inf)):
        seconds = [one.end - one.start for one in report.asked if start <= one.start < end and not excused(report, one)]
        median, p99, most = 1000 * np.percentile(seconds, [50, 99, 100])
        print(f"answers {name}: median {median:.1f} ms, p99 {p99:.1f} ms, most {most:.1f} ms")
    for down, back in report.outages:
        asked = [one for one in report.asked if down < one.start < back + 60]
        first = min(one.end for one in asked if one.end > back and one.outcome in planted_models.DIMENSIONS)
        last = max((one.end for one in asked if one.outcome == "503"), default=back)
        print(f"The database was away or silent for {back - down:.2f} s; the first answer came", end=" ")
        print(f"{first - back:.2f} s after its return, and the last 503 {last - back:.2f} s after it.")
    print(f"memory of the service: {report.megabytes[0]:.0f} MB at first, {report.megabytes[-1]:.0f} MB at the end")
    print(f"{len(report.faults)} faults, the first of them {report.faults[:5]}")


if __name__ == "__main__":
    main()
