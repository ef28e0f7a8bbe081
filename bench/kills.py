"""SIGKILL at random moments of every command that writes: nothing half done is seen, and the next run completes.

    python -m bench.kills --moments 20 [--only NAME ...] [--seed N] [--log FILE]

Each moment copies a small shelf, starts the command, and kills the client, the client with its workers, the server's
postmaster or one of its backends, at a moment drawn evenly from the command's life. What readers see must then be the
state before the command or the one after it, by a hash over all rows; the same command must complete; and afterwards
the hash must be that of a run that nobody killed. Expected: about 3 s for each moment on two cores.
"""

import json
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import NamedTuple

import psycopg

from bench.common import parser, temporary_home
from bench.kill_cases import Bed, Case, cases, prepare
from bench.kill_states import State, files_of, state, strays
from db.embedded import sharing

KINDS = ("client", "group", "postmaster", "backend")


class Seen(NamedTuple):
    """What readers see of a database, and of the folder that the command makes."""

    shelf: State
    files: frozenset[tuple[str, str]]


class Outcome(NamedTuple):
    """What one moment gave: `found` is where the kill left the shelf, and `fault` is empty if all was well."""

    case: str
    kind: str
    seconds: float
    killed: bool
    found: str
    fault: str


def main() -> None:
    """Kill every command at so many moments; exit with 1 if anything half done was seen."""
    options = parser(__doc__)
    options.add_argument("--moments", type=int, default=20, metavar="N", help="for each command (default 20)")
    options.add_argument("--only", action="append", metavar="NAME", help="only this command; may be repeated")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--log", type=Path, default=Path(os.devnull), help="append a JSON line for each moment")
    asked = options.parse_args()
    counts: Counter[str] = Counter()
    with temporary_home() as home, tempfile.TemporaryDirectory() as scratch, sharing.attach(home) as attachment:
        bed = Bed(home, Path(scratch), attachment.url)
        _hasten(bed)
        with cases(bed) as known:
            chosen = [case for case in known if not asked.only or case.name in asked.only]
            prepare(bed, {case.shelf for case in chosen})
            for case in chosen:
                for outcome in outcomes(bed, case, asked.moments, random.Random(f"{asked.seed} {case.name}")):
                    counts["faults" if outcome.fault else "kills" if outcome.killed else "too late"] += 1
                    with asked.log.open("a") as log:
                        log.write(json.dumps(outcome._asdict()) + "\n")
                    if outcome.fault:
                        print(outcome, flush=True)
                print(case.name, dict(counts), flush=True)
    sys.exit(1 if counts["faults"] else 0)


def _hasten(bed: Bed) -> None:
    """Let the server not wait for the disk: what a process wrote outlives its kill, if not a failure of power."""
    with psycopg.connect(bed.at("postgres"), autocommit=True) as admin:
        admin.execute("alter system set fsync = off")
        admin.execute("select pg_reload_conf()")


def outcomes(bed: Bed, case: Case, moments: int, generator: random.Random) -> Iterator[Outcome]:
    """Run the case unharmed for what is allowed, and then once for each moment."""
    allowed, whole = _allowed(bed, case)
    for number in range(moments):
        kind = KINDS[number % len(KINDS)]
        if kind in ("postmaster", "backend") and case.name == "download":
            kind = "client"
        yield _one(bed, case, kind, generator.uniform(0, whole), allowed)


def _allowed(bed: Bed, case: Case) -> tuple[dict[str, Seen], float]:
    """The states that readers may see, by name, and how many seconds the command takes."""
    allowed = {"before": _fresh(bed, case)}
    if case.between:
        _check(bed.run("victim", *case.between))
        allowed["between"] = _seen(bed, case)
        _fresh(bed, case)
    _check(bed.run("victim", *case.arguments))  # The first run is slower than all others.
    _fresh(bed, case)
    start = time.monotonic()
    _check(bed.run("victim", *case.arguments))
    whole = time.monotonic() - start
    allowed["after"] = _seen(bed, case)
    assert allowed["after"] != allowed["before"]
    return allowed, whole


def _one(bed: Bed, case: Case, kind: str, moment: float, allowed: dict[str, Seen]) -> Outcome:
    _fresh(bed, case)
    process = bed.start("victim", case.arguments)
    process.join(moment)
    killed = _kill(bed, kind, process)
    process.join(300)
    code, said = process.exitcode, bed.errors.read_text(errors="replace")
    found, fault = _judge(bed, case, allowed)
    if code not in (0, 1, -signal.SIGKILL) or "Traceback" in said:
        fault += f" the killed run ended with {code}: {said[-2000:]}"
    code, said = bed.run("victim", *case.arguments) if killed else (0, "")
    if code != 0 and found != "after":
        fault += f" the rerun ended with {code}: {said[-2000:]}"
    end, fault_at_end = _judge(bed, case, allowed)
    if end != "after" and not fault_at_end:
        fault += f" the rerun ended in the state {end}"
    if left := strays(bed.at("victim")):
        fault += f" strays: {left}"
    return Outcome(case.name, kind, round(moment, 3), killed, found, fault + fault_at_end)


def _kill(bed: Bed, kind: str, process: ForkServerProcess) -> bool:
    """Kill; False if the command had ended before, or if there was no backend to kill."""
    if process.pid is None or process.exitcode is not None:
        return False
    if kind == "group":
        with suppress(ProcessLookupError):  # it has no group of its own yet
            os.killpg(process.pid, signal.SIGKILL)
    if kind in ("client", "group"):
        process.kill()
        return True
    victim = _postmaster(bed) if kind == "postmaster" else _backend(bed, process)
    with suppress(ProcessLookupError):
        if victim:
            os.kill(victim, signal.SIGKILL)
    if kind == "backend":
        time.sleep(0.3)  # until the server knows of it, and takes no connection before it has recovered
    sharing.attach(bed.home).close()  # starts the server again, as any client does
    return victim is not None


def _postmaster(bed: Bed) -> int:
    return int((bed.home / "data" / "postmaster.pid").read_text().split()[0])


def _backend(bed: Bed, process: ForkServerProcess) -> int | None:
    """One of the command's backends, once it has any."""
    while process.exitcode is None:
        with psycopg.connect(bed.at("postgres")) as admin:
            query = "select pid from pg_stat_activity where datname = 'victim' order by random() limit 1"
            if row := admin.execute(query).fetchone():
                return int(row[0])
        time.sleep(0.005)
    return None


def _judge(bed: Bed, case: Case, allowed: dict[str, Seen]) -> tuple[str, str]:
    """Name the state that readers see, at once and when the server is at rest; say if it is half done."""
    for at_rest in (False, True):
        seen = _seen(bed, case, at_rest)
        found = next((name for name, one in allowed.items() if _is_like(seen, one, case)), "")
        if not found and case.name == "download" and seen.files < allowed["after"].files:
            found = "between"  # one of the files is there, and it is whole
        if not found:
            return "half", f" half done: {seen}, but allowed are {allowed}"
    return found, ""


def _is_like(seen: Seen, allowed: Seen, case: Case) -> bool:
    """Whether readers see the same; they do not see a model that a killed training stored and did not activate."""
    return seen == allowed or (case.name == "train" and seen.shelf[:2] == allowed.shelf[:2])


def _seen(bed: Bed, case: Case, at_rest: bool = True) -> Seen:
    sharing.attach(bed.home).close()
    with psycopg.connect(bed.at("postgres"), autocommit=True) as admin:
        busy = "select from pg_stat_activity where datname = 'victim' and backend_type = 'client backend'"
        while at_rest and admin.execute(busy).fetchone():
            time.sleep(0.02)
    folder = bed.scratch / case.folder
    return Seen(state(bed.at("victim")), files_of(folder) if case.folder else frozenset())


def _fresh(bed: Bed, case: Case) -> Seen:
    sharing.attach(bed.home).close()
    bed.copy(case.shelf, "victim")
    if case.folder:
        shutil.rmtree(bed.scratch / case.folder, ignore_errors=True)
    return _seen(bed, case)


def _check(done: tuple[int | None, str]) -> None:
    assert done[0] == 0, done[1]


if __name__ == "__main__":
    main()
