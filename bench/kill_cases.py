"""The commands that bench/kills.py kills, and the shelves on which they run."""

import bz2
import importlib
import multiprocessing
import os
import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path

import psycopg
from alembic import command as alembic
from alembic.config import Config

from bench.common import ROOT
from db.connection import Database
from db.console import run
from db.installing import adoption, ground
from tests.support.mirror import Mirror, running

# The commands are forked from a process that has imported all that they need. So they take a fifth of the time, and the
# moments lie in their work and not in Python's start.
FORKS = multiprocessing.get_context("forkserver")
FORKS.set_forkserver_preload(
    ["alembic.command", "db.__main__", "ingest.__main__", "ingest.download.command", "sample.__main__",
     "train.__main__", "train.fit", "train.map.make", "pyarrow.parquet"]
)  # fmt: skip
TOPICS = ("--topic", "book", "--topic", "film")
OLD_LAYOUT = ROOT / "tests" / "migration" / "old_layout"


@dataclass(frozen=True, slots=True)
class Case:
    """A command to kill.

    Attributes
    ----------
    shelf : str
        The database that each moment copies; `prepare` has made it.
    between : tuple of str
        A command that ends in the one state between before and after that this command commits, if there is one.
    folder : str
        The folder that it makes, below the scratch folder; empty where it writes to the database only.
    """

    name: str
    shelf: str
    arguments: tuple[str, ...]
    between: tuple[str, ...] = ()
    folder: str = ""


@dataclass(frozen=True, slots=True)
class Bed:
    """Where all happens: the server's home, a folder for dumps and exports, and the server's address."""

    home: Path
    scratch: Path
    url: str

    def at(self, database: str) -> str:
        """The address of a database of the server."""
        return self.url.replace("/wikishelf?", f"/{database}?")

    def copy(self, shelf: str, name: str) -> str:
        """Make a database afresh, as a copy of another one, and return its address."""
        with psycopg.connect(self.at("postgres"), autocommit=True) as admin:
            admin.execute(f"drop database if exists {name} with (force)")
            admin.execute(f"create database {name} template {shelf}")
        return self.at(name)

    def start(self, database: str, arguments: tuple[str, ...]) -> ForkServerProcess:
        """Start `python -m ...` as a process of its own; what it says on stderr goes to the file `errors`."""
        process = FORKS.Process(target=_command, args=(self.at(database), arguments, str(self.errors)))
        process.start()
        return process

    @property
    def errors(self) -> Path:
        """What the latest command said on stderr."""
        return self.scratch / "errors"

    def run(self, database: str, *arguments: str) -> tuple[int | None, str]:
        """Run it to its end, and return the exit code and what it said on stderr."""
        process = self.start(database, arguments)
        process.join(300)
        return process.exitcode, self.errors.read_text(errors="replace")


def _command(url: str, arguments: tuple[str, ...], errors: str) -> None:
    os.setsid()
    os.environ.update(DATABASE_URL=url, no_proxy="*")
    os.dup2(os.open(errors, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    sys.argv = list(arguments)
    run(arguments[0], importlib.import_module(f"{arguments[0]}.__main__").main)


def prepare(bed: Bed, wanted: set[str]) -> None:
    """Make a database for each stage of a shelf's life, up to the last one that is wanted."""
    new, old = str(bed.scratch / "new.xml.bz2"), str(bed.scratch / "old.xml.bz2")
    grown: list[tuple[str, str, tuple[tuple[str, ...], ...]]] = [
        ("wikishelf", "made", (("db", "upgrade"),)),
        ("made", "imported", (("ingest", old, *TOPICS),)),
        ("imported", "trained", (("train", *SMALL), ("train", *SMALL, "--seed", "1", "--no-activate"))),
        ("trained", "mapped", (("train", "map"),)),
        ("mapped", "behind", (("ingest", new, *TOPICS, "--no-fold-in"),)),
    ]
    last = max((number for number, stage in enumerate(grown, 1) if stage[1] in wanted), default=0)
    for before, after, commands in grown[:last]:
        bed.copy(before, after)
        for command in commands:
            _succeed(bed, after, *command)
    for revision in ("0003", "0005", "0008"):
        _old_shelf(bed, revision)


SMALL = ("--epochs", "2", "--dimensions", "8")


@contextmanager
def cases(bed: Bed) -> Iterator[list[Case]]:
    """All commands that write; a mirror serves the download meanwhile."""
    new, old = str(bed.scratch / "new.xml.bz2"), str(bed.scratch / "old.xml.bz2")
    _succeed(bed, "wikishelf", "sample", new)
    _write_older(Path(new), Path(old))
    update = ("ingest", new, *TOPICS, "--workers", "1")
    in_parts = (*TOPICS, "--part-size", "0.02")
    with running() as mirror:
        _publish(mirror, Path(new))
        fetch = ("ingest", "download", "xxwiki", "--mirror", mirror.url, "--to", str(bed.scratch / "fetched"))
        yield [
            Case("ingest", "made", ("ingest", old, *TOPICS, "--workers", "1")),
            Case("ingest in parts", "made", ("ingest", old, *in_parts, "--workers", "1")),
            Case("ingest by workers", "made", ("ingest", old, *in_parts, "--workers", "2")),
            Case("update", "mapped", update, (*update, "--no-fold-in")),
            Case("prune", "mapped", (*update, "--prune"), (*update, "--prune", "--no-fold-in")),
            Case("download", "made", fetch, folder="fetched"),
            Case("train", "mapped", ("train", *SMALL, "--seed", "2")),
            Case("fold-in", "behind", ("train", "fold-in")),
            Case("activate", "mapped", ("train", "activate", "2")),
            Case("drop", "mapped", ("train", "drop", "2")),
            Case("map", "trained", ("train", "map")),
            Case("map again", "behind", ("train", "map", "--fresh", "--map-seed", "7")),
            Case("export", "mapped", ("train", "export", str(bed.scratch / "exported")), folder="exported"),
            Case("first upgrade", "template1", ("db", "upgrade")),
            *(Case(f"upgrade {n}", f"old{n}", ("db", "upgrade")) for n in ("0003", "0005", "0008")),
            Case("uninstall", "mapped", ("db", "uninstall", "--yes")),
        ]  # fmt: skip


def _succeed(bed: Bed, database: str, *arguments: str) -> None:
    code, errors = bed.run(database, *arguments)
    if code != 0:
        raise SystemExit(f"{' '.join(arguments)} failed: {errors}")


def _write_older(new: Path, old: Path) -> None:
    """Write the dump as it might have been before: without every ninth page, and with other links in every fifth."""
    head, *pages = re.split(r"(?=<page>)", bz2.decompress(new.read_bytes()).decode())
    kept = [page for number, page in enumerate(pages[:-1]) if number % 9] + pages[-1:]
    changed = [page.replace("[[Category:", "[[", 2) if number % 5 == 0 else page for number, page in enumerate(kept)]
    old.write_bytes(bz2.compress((head + "".join(changed)).encode()))


def _publish(mirror: Mirror, dump: Path) -> None:
    parts = {"xxwiki-20260101-pages-articles-multistream.xml.bz2": dump.read_bytes() * 100}
    mirror.publish({**parts, "xxwiki-20260101-pages-articles-multistream-index.txt.bz2": b"index"})


def _old_shelf(bed: Bed, revision: str) -> None:
    """Make a database of an old revision with rows; those up to 0005 are from before shelves."""
    url = bed.copy("template0", f"old{revision}")
    with psycopg.connect(url) as connection:
        for file in ("0001", "rows", *(f"000{n}" for n in range(2, min(int(revision), 5) + 1))):
            connection.execute((OLD_LAYOUT / f"{file}.sql").read_text(encoding="utf-8"))
    if revision > "0005":
        with Database(url) as database, database.transaction() as transaction:
            made = ground.prepare(transaction, database) + adoption.adopt(transaction, database.schema)
            config = Config(ROOT / "alembic.ini")
            config.attributes["connection"] = transaction
            alembic.upgrade(config, revision)
            ground.note(transaction, made)
