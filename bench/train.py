"""Training: ours beside the tutorial's loop, gensim and implicit, in CPU seconds.

    python -m bench.train [--repeats 2] [--librarything RECORDS] [--no-end-to-end]

The pairs are generated, as many as the tutorial had. Every way (trainers.py) runs in a process of its own, one after
the other, and its imports are not counted. With LibraryThing's records (.ndjson, as `python -m ingest` takes them), the
CPU seconds to a recall@20 of .40 are measured, too. The last measurement is a whole `python -m train`, client and
server, in a database made for it. gensim and implicit are optional.
"""

import argparse
import importlib.util
import json
import os
import resource
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.trainers import generated

ROOT = Path(__file__).parent.parent
WANTED_RECALL = 0.40
# A training of its own is made for each number, until one reaches the wanted recall@20.
EPOCHS_TO_TRY = (1, 2, 4, 8, 16)
EPOCHS_TO_TRY_OF = {"als": (1, 2, 4, 8, 16, 32), "bpr": (25, 50, 100, 200)}

# glibc gives large blocks back to the kernel at every step. If it keeps them, Keras's `fit` takes half the time.
TUNED_MALLOC = {
    "MALLOC_MMAP_THRESHOLD_": "1073741824",
    "MALLOC_TRIM_THRESHOLD_": "4294967296",
    "MALLOC_TOP_PAD_": "67108864",
}
LIBRARY_OF = {"word2vec": "gensim", "als": "implicit", "bpr": "implicit"}
SHARE_OF_EPOCH = "0.1"  # The tutorial runs this share of its steps, because they are all alike.


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repeats", type=int, default=2, help="runs of each way; the least counts (default 2)")
    parser.add_argument("--librarything", type=Path, metavar="RECORDS", help="measure the CPU seconds to a recall, too")
    parser.add_argument("--no-end-to-end", dest="end_to_end", action="store_false", help="leave out `python -m train`")
    options = parser.parse_args()
    if options.librarything and not options.librarything.is_file():
        parser.error(f"there is no file {options.librarything}")
    show_epochs(options.repeats)
    if options.librarything:
        show_recall(options.librarything.resolve())
    if options.end_to_end:
        show_end_to_end()


def peers() -> list[str]:
    """The ways whose library is installed."""
    for way, library in LIBRARY_OF.items():
        if not importlib.util.find_spec(library):
            print(f"{way} is left out: it needs {library}")
    return [way for way, library in LIBRARY_OF.items() if importlib.util.find_spec(library)]


def show_epochs(repeats: int) -> None:
    """A line for each way: its least CPU seconds per epoch, absolute and relative to the tutorial with malloc tuned."""
    ways = ["tutorial, malloc tuned", "tutorial", "softmax", "sigmoid", "mse", *peers()]
    runs: dict[str, list[dict[str, float]]] = {way: [] for way in ways}
    for _ in range(repeats):
        for way in ways:
            runs[way].append(run(way, "--share", SHARE_OF_EPOCH))
    base = min(one["epoch"] for one in runs["tutorial, malloc tuned"])
    print(f"{'CPU seconds':26}{'an epoch':>10}{'base / it':>10}{'MB':>8}")
    for way, of_way in runs.items():
        least, memory = min(one["epoch"] for one in of_way), max(one["memory"] for one in of_way)
        print(f"{way:26}{least:10.2f}{base / least:10.1f}{memory:8.0f}", flush=True)


def show_recall(records: Path) -> None:
    """A line for each way: epochs and CPU seconds of the first training with the wanted recall, or of the longest."""
    print(f"\n{'to recall@20 of .40':26}{'epochs':>10}{'CPU s':>10}{'recall@20':>11}")
    for way in ("softmax", "sigmoid", "mse", "tutorial, malloc tuned", *peers()):
        for epochs in EPOCHS_TO_TRY_OF.get(way, EPOCHS_TO_TRY):
            found = run(way, "--records", str(records), "--epochs", str(epochs))
            if found["recall"] >= WANTED_RECALL:
                break
        print(f"{way:26}{epochs:10}{found['total']:10.1f}{found['recall']:11.3f}", flush=True)


def run(way: str, *arguments: str) -> dict[str, float]:
    """Run a way in a fresh process."""
    name, _, tuned = way.partition(", ")
    command = [sys.executable, "-W", "ignore", "-m", "bench.trainers", name, *arguments]
    environment = os.environ | (TUNED_MALLOC if tuned else {})
    done = subprocess.run(command, cwd=ROOT, env=environment, check=True, stdout=subprocess.PIPE, text=True)
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def show_end_to_end() -> None:
    """`python -m train` from its start to active vectors, on the generated pairs."""
    with server() as postmaster:
        before = client_seconds(), server_seconds(postmaster)
        module("train", "--min-articles", "1")
        client, backend = client_seconds() - before[0], server_seconds(postmaster) - before[1]
    print(f"\npython -m train: client {client:.1f} s, server {backend:.1f} s, together {client + backend:.1f} s")
    if "word2vec" in peers():
        seconds = run("word2vec", "--epochs", "10")["total"]
        print(f"gensim's word2vec, 10 epochs: {seconds:.1f} s; ratio {(client + backend) / seconds:.1f}")


@contextmanager
def server() -> Iterator[int]:
    """An embedded server that holds the generated pairs, and its process."""
    with tempfile.TemporaryDirectory(prefix="wikishelf-") as folder:
        Path(folder).chmod(0o755)  # Root's PostgreSQL runs as another user.
        os.environ.pop("DATABASE_URL", None)
        os.environ["WIKISHELF_HOME"] = f"{folder}/home"
        module("db", "start")
        try:
            load()
            yield int(Path(folder, "home/data/postmaster.pid").read_text().split()[0])
        finally:
            module("db", "stop")


def load() -> None:
    """Import the generated pairs."""
    from db.importing import staging
    from db.importing.records import Article, Link
    from db.opening import connect

    pairs = generated()
    rows: dict[int, dict[Link, int]] = {}
    for article, link in zip(pairs.article_index.tolist(), pairs.link_index.tolist(), strict=True):
        rows.setdefault(article, {})[Link("page", f"Link {link}")] = 1
    records = (Article(None, "book", f"Book {n}", {}, None, None, 1, links, ()) for n, links in rows.items())
    with connect() as database, database.transaction() as connection:
        staging.clear(connection, "bench", ["book"], prune=False)
        staging.stage(connection, "bench", 0, records)
        staging.merge(connection)


def module(*arguments: str) -> None:
    """Run `python -m ...` and show nothing of its output."""
    subprocess.run([sys.executable, "-m", *arguments], cwd=ROOT, check=True, capture_output=True)


def client_seconds() -> float:
    """CPU seconds of all commands that have ended so far."""
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def server_seconds(postmaster: int) -> float:
    """CPU seconds of a server and its processes, those that have ended included (Linux)."""
    total = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except (FileNotFoundError, ProcessLookupError):
            continue
        if int(path.parent.name) == postmaster:
            total += sum(map(int, fields[11:15]))
        elif int(fields[1]) == postmaster:
            total += sum(map(int, fields[11:13]))
    return total / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
