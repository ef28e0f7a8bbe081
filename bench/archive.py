"""A shelf as a file: what a save and a restore cost, whether all comes back, and what kills do.

    python -m bench.archive [--size ARTICLES] [--home FOLDER] [--kills N]

The shelf is that of bench/scale.py, with a model and a map: FOLDER/ARTICLES is the home of its server, which
"python -m bench.scale ARTICLES --home FOLDER --stages import,train,switch,map" makes. It is saved, restored into a
server of its own, and compared: the hash of the sorted rows of every table, all definitions, and 200 answers. Then
saves and restores are killed at random moments and run again. CPU seconds are those of both sides (Linux).
"""

import os
import random
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from zipfile import ZipFile

from bench.common import parser, server_seconds, temporary_home
from db.archive.restore import restore
from db.archive.save import save
from db.connection import Database
from db.embedded import sharing
from tests.support.archives import answers, content, nothing


def main() -> None:
    """Measure, compare and kill."""
    command = parser(__doc__)
    command.add_argument("--size", type=int, default=37_020, metavar="ARTICLES")
    command.add_argument("--home", type=Path, required=True, metavar="FOLDER")
    command.add_argument("--kills", type=int, default=20, metavar="N")
    command.add_argument("--seed", type=int, default=0, help="of the moments of the kills")
    options = command.parse_args()
    with sharing.attach(options.home / str(options.size)) as source, temporary_home() as home:
        file = home.with_name("shelf.zip")
        with Database(source.url) as database:
            saving = timed("save", options.home / str(options.size), lambda: save(database, file, "all", nothing))
        print_file(file)
        with sharing.attach(home) as target:
            with Database(target.url) as database:
                restoring = timed("restore", home, lambda: restore(database, file, nothing))
            whole = content(source.url)
            print("equal tables and definitions:", content(target.url) == whole, f"of {len(whole)}")
            asked = answers(source.url)
            print("equal answers:", answers(target.url) == asked, f"of {len({row[0] for row in asked})}")
        chance = random.Random(options.seed)
        outcomes: Counter[str] = Counter()
        for _ in range(options.kills // 2):
            outcomes.update(kill(chance, source.url, file, whole, (saving, restoring)))
        print(f"{options.kills} kills: {dict(outcomes)}")


def timed(what: str, home: Path, action: Callable[[], object]) -> float:
    """Do it, and print and return its seconds."""
    before = time.process_time(), server_seconds(home), time.perf_counter()
    action()
    server, seconds = server_seconds(home) - before[1], time.perf_counter() - before[2]
    cpu = time.process_time() - before[0] + server
    print(f"{what:10} {cpu:6.1f} CPU s ({server:.1f} the server's) {seconds:6.1f} s", flush=True)
    return seconds


def print_file(file: Path) -> None:
    """Print what its members have, packed and not."""
    with ZipFile(file) as archive:
        for one in archive.infolist():
            print(f"    {one.filename:30} {one.file_size / 1e6:8.2f} MB, packed {one.compress_size / 1e6:6.2f} MB")
    print(f"file: {file.stat().st_size / 1e6:.1f} MB", flush=True)


def kill(
    chance: random.Random, source: str, file: Path, whole: dict[str, object], seconds: tuple[float, float]
) -> Iterator[str]:
    """Kill a save and a restore, and run each again."""
    yield killed(chance.uniform(0.05, 1) * seconds[0], source, "save", file)
    with temporary_home() as home, sharing.attach(home) as target:
        outcome = killed(chance.uniform(0.05, 1) * seconds[1], target.url, "restore", file)
        yield f"{outcome}, then {'equal' if content(target.url) == whole else 'DIFFERENT'}"


def killed(moment: float, url: str, verb: str, file: Path) -> str:
    """Kill it at that moment, and run it again to its end."""
    process = start(url, verb, file)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
    ended = process.wait()
    print(f"    {verb} {'had ended' if ended == 0 else f'killed after {moment:.1f} s'}", flush=True)
    if start(url, verb, file).wait() != 0:
        raise SystemExit(f"{verb}: the rerun failed")
    return f"{verb} {'ended before' if ended == 0 else 'killed'}"


def start(url: str, verb: str, file: Path) -> subprocess.Popen[bytes]:
    """Start `python -m db VERB FILE`."""
    return subprocess.Popen(
        [sys.executable, "-m", "db", verb, str(file), *(["--force"] if verb == "save" else [])],
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


if __name__ == "__main__":
    main()
