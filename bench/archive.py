"""A shelf as a file: what a save and a restore cost, whether all comes back, and what kills do.

    python -m bench.archive [--size ARTICLES] [--home FOLDER] [--kills N]

The shelf is that of bench/scale.py, with a model and a map: FOLDER/ARTICLES is the home of its server, which
"python -m bench.scale ARTICLES --home FOLDER --stages import,train,switch,map" makes. It is saved, restored into a
server of its own, and compared: the hash of the sorted rows of every table, all definitions, and 200 answers. Then
saves and restores are killed at random moments and run again. CPU seconds are those of both sides (Linux).
"""

import random
import subprocess
import sys
import time
from collections.abc import Callable
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
    options = command.parse_args()
    with sharing.attach(options.home / str(options.size)) as source, temporary_home() as home:
        file = home.with_name("shelf.zip")
        with Database(source.url) as database:
            timed("save", options.home / str(options.size), lambda: save(database, file, "all", nothing))
        print_file(file)
        with sharing.attach(home) as target:
            with Database(target.url) as database:
                timed("restore", home, lambda: restore(database, file, nothing))
            whole = content(source.url)
            print("equal tables and definitions:", content(target.url) == whole, f"of {len(whole)}")
            asked = answers(source.url)
            print("equal answers:", answers(target.url) == asked, f"of {len({row[0] for row in asked})}")
        kill(options.kills, source.url, file, whole)


def timed(what: str, home: Path, action: Callable[[], object]) -> None:
    """Do it, and print its seconds."""
    before = time.process_time(), server_seconds(home), time.perf_counter()
    action()
    server, seconds = server_seconds(home) - before[1], time.perf_counter() - before[2]
    cpu = time.process_time() - before[0] + server
    print(f"{what:10} {cpu:6.1f} CPU s ({server:.1f} the server's) {seconds:6.1f} s", flush=True)


def print_file(file: Path) -> None:
    """Print what its members have, packed and not."""
    with ZipFile(file) as archive:
        for one in archive.infolist():
            print(f"    {one.filename:30} {one.file_size / 1e6:8.2f} MB, packed {one.compress_size / 1e6:6.2f} MB")
    print(f"file: {file.stat().st_size / 1e6:.1f} MB", flush=True)


def kill(count: int, source: str, file: Path, whole: dict[str, object]) -> None:
    """Kill saves and restores, half of the moments each, and run each again."""
    chance = random.Random(0)
    outcomes: dict[str, int] = {}
    for _ in range(count // 2):
        outcome = killed(chance, source, "save", str(file))
        with temporary_home() as home, sharing.attach(home) as target:
            outcome += ", " + killed(chance, target.url, "restore", str(file))
            equal = "equal" if content(target.url) == whole else "DIFFERENT"
        outcomes[f"{outcome}: {equal}"] = outcomes.get(f"{outcome}: {equal}", 0) + 1
        print(f"    {outcome}: {equal}", flush=True)
    print(f"{count} kills: {outcomes}")


def killed(chance: random.Random, url: str, verb: str, file: str) -> str:
    """Kill it at a random moment, and run it again to its end."""
    moment = chance.uniform(0.5, 12 if verb == "save" else 40)
    process = start(url, verb, file)
    try:
        process.wait(moment)
    except subprocess.TimeoutExpired:
        process.kill()
    ended = process.wait()
    if start(url, verb, file).wait() != 0:
        raise SystemExit(f"{verb}: the rerun failed")
    return f"{verb} {'had ended' if ended == 0 else f'killed after {moment:.1f} s'}"


def start(url: str, verb: str, file: str) -> subprocess.Popen[bytes]:
    """Start `python -m db VERB FILE`."""
    return subprocess.Popen(
        [sys.executable, "-m", "db", verb, file], env={"DATABASE_URL": url}, stdout=subprocess.DEVNULL
    )


if __name__ == "__main__":
    main()
