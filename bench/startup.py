"""CPU seconds that a command takes from its start to its end, and how many modules it loads.

    python -m bench.startup [--beside FOLDER] [--times 10]

It asks the shelf that the environment names, whose server is kept running. With --beside it runs the commands of
another checkout in alternation, on the same shelf.
"""

import os
import statistics
import subprocess
import sys
from pathlib import Path

from bench.common import ROOT, parser
from db import opening

ASK = ("-m", "api", "similar", "{title}")
COMMANDS = {
    "nothing": ("-c", "pass"),
    "import psycopg": ("-c", "import psycopg"),
    "import api": ("-c", "import api"),
    "wikishelf api similar": ("-c", "import wikishelf; wikishelf.main()", *ASK[1:]),
    "api similar": ASK,
    "api similar --json": (*ASK, "--json"),
    "db status": ("-m", "db", "status"),
    "train models": ("-m", "train", "models"),
    **{f"{package} --help": ("-m", package, "--help") for package in ("api", "db", "ingest", "train")},
}


def cpu(command: list[str], folder: Path) -> float:
    """Seconds of user and system time, those of the command's own children included."""
    process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"{' '.join(command)} ended with {process.returncode} in {folder}")
    return used.ru_utime + used.ru_stime


def modules(command: list[str], folder: Path) -> int:
    """How many modules the command loads."""
    traced = [command[0], "-X", "importtime", *command[1:]]
    done = subprocess.run(traced, cwd=folder, capture_output=True, text=True, check=True)
    return sum(line.startswith("import time:") for line in done.stderr.splitlines()) - 1


def main() -> None:
    """Run every command in every folder, again and again, and print the medians."""
    top = parser(__doc__)
    top.add_argument("--beside", type=Path, metavar="FOLDER", help="another checkout")
    top.add_argument("--times", type=int, default=10, metavar="N", help="runs of each command (default 10)")
    options = top.parse_args()
    folders = [ROOT, *([options.beside.resolve()] if options.beside else [])]
    with opening.connect("require") as database:
        known = f"{database.schema}.articles join {database.schema}.article_vectors using (article_id)"
        title = database.fetch(f"select min(title) from {known}", {})[0][0]
        print(f"{'CPU seconds, median':24}" + "".join(f"{folder.name:>12} {'modules':>8}" for folder in folders))
        for name, arguments in COMMANDS.items():
            command = [sys.executable, *(argument.format(title=title) for argument in arguments)]
            taken = [[cpu(command, folder) for folder in folders] for _ in range(options.times)]
            medians = [statistics.median(one) for one in zip(*taken, strict=True)]
            counted = [modules(command, folder) for folder in folders]
            print(f"{name:24}" + "".join(f"{s:12.3f} {n:8}" for s, n in zip(medians, counted, strict=True)), flush=True)


if __name__ == "__main__":
    main()
