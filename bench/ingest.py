"""Read a dump to articles and links: our way beside the usual ones, in CPU seconds and relative to unpacking alone.

    python -m bench.ingest [DUMP.xml.bz2 ...] [--repeats 3]

Without a dump it makes one of 30 MB with 0.4 % of its bytes in books, which is about Wikipedia's share. The ways are in
readers.py. Each runs in a process of its own, one after the other; the time to start Python and to import is left out.
mwxml and wikitextparser are optional.

Expected: the tutorial's way costs 8 to 18 times as much as ours, and mwxml with wikitextparser 4 times. Our way costs
1.1 to 1.2 times as much as to unpack alone by Python's bz2 module. Every way finds the same links. On shared cores the
ratios move by 0.05, and on busy ones by 0.2, so repeat more often there.
"""

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parent.parent

# What the usual ways need and Wikishelf does not bring.
NEEDED_LIBRARIES: dict[str, tuple[str, ...]] = {
    "tutorial": (),
    "mwxml_mwparserfromhell": ("mwxml",),
    "mwxml_wikitextparser": ("mwxml", "wikitextparser"),
}


class Run(NamedTuple):
    """One run of a way: its CPU seconds, and the distinct pairs as article, kind of link and link."""

    seconds: float
    pairs: frozenset[tuple[str, ...]]


def main() -> None:
    """Measure every way on every dump."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("dumps", nargs="*", type=Path, metavar="DUMP.xml.bz2")
    parser.add_argument("--repeats", type=int, default=3)
    options = parser.parse_args()
    if missing := [str(dump) for dump in options.dumps if not dump.is_file()]:
        parser.error(f"there is no file {missing[0]}")
    with tempfile.TemporaryDirectory() as folder:
        for dump in options.dumps or [made_dump(Path(folder))]:
            compare(dump.resolve(), options.repeats)


def made_dump(folder: Path) -> Path:
    """A small dump of the shape of Wikipedia."""
    dump = folder / "made.xml.bz2"
    start("bench.make_dump", str(dump), "--megabytes", "30", "--book-share", "0.004")
    return dump


def start(module: str, *arguments: str) -> str:
    """Run a module from the root of the project; a script in bench/ would import this file as `ingest`."""
    command = [sys.executable, "-m", module, *arguments]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def compare(dump: Path, repeats: int) -> None:
    """Print a line for each way, and how its links differ from ours."""
    usual = [way for way in NEEDED_LIBRARIES if all(map(importlib.util.find_spec, NEEDED_LIBRARIES[way]))]
    for way in [way for way in NEEDED_LIBRARIES if way not in usual]:
        print(f"{way} is left out: it needs {' and '.join(NEEDED_LIBRARIES[way])}")
    # Our way and unpacking are short and compared closely, so they run between the others, once for each of them.
    turns = [way for slow in usual for way in ("unpack", "ours", slow)] * repeats
    runs: dict[str, list[Run]] = {way: [] for way in ("unpack", *usual, "ours")}
    for way in turns:
        runs[way].append(run(way, dump))
    least = {way: min(one.seconds for one in of_way) for way, of_way in runs.items()}
    print(f"{dump.name}\n{'CPU seconds':26}{'least':>8}{'median':>8}{'ratio':>7}{'articles':>10}{'pairs':>9}")
    for way, of_way in runs.items():
        median, pairs = statistics.median(one.seconds for one in of_way), of_way[0].pairs
        seconds = f"{least[way]:8.2f}{median:8.2f}{least[way] / least['unpack']:7.2f}"
        print(f"{way:26}{seconds}{len({pair[0] for pair in pairs}):10,}{len(pairs):9,}")
    for way in usual:
        print(f"links of {way}: {difference(runs[way][0].pairs, runs['ours'][0].pairs)}")
    tutorial, unpack = least["tutorial"] / least["ours"], least["unpack"] / least["ours"]
    print(f"the tutorial's way costs {tutorial:.1f} times ours, unpacking alone {unpack:.2f} of ours\n", flush=True)


def run(way: str, dump: Path) -> Run:
    """Run a way in a process of its own."""
    answer = json.loads(start("bench.readers", way, str(dump)))
    return Run(answer["seconds"], frozenset(map(tuple, answer["pairs"])))


def difference(pairs: frozenset[tuple[str, ...]], ours: frozenset[tuple[str, ...]]) -> str:
    """How pairs differ from ours, with the first examples of each side."""
    if pairs == ours:
        return "the same as ours"
    more, fewer = sorted(pairs - ours), sorted(ours - pairs)
    examples = "; ".join(" > ".join(pair) for pair in more[:3] + fewer[:3])
    return f"{len(more)} that ours has not, {len(fewer)} that only ours has: {examples}"


if __name__ == "__main__":
    main()
