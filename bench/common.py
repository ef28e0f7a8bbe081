"""What several benches share: a server of their own, planted models, the HTTP service, and CPU seconds."""

import argparse
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from db.connection import Database
from db.embedded import sharing
from db.installing import migrate
from db.models import registry, vectors

ROOT = Path(__file__).parent.parent


def parser(description: str | None) -> argparse.ArgumentParser:
    """A command line whose --help prints the description as it stands."""
    return argparse.ArgumentParser(description=description, formatter_class=argparse.RawDescriptionHelpFormatter)


@contextmanager
def temporary_home() -> Iterator[Path]:
    """A folder for an embedded server, deleted at the end. Root's server runs as another user, who must reach it."""
    with tempfile.TemporaryDirectory(prefix="wikishelf-bench-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder) / "home"


@contextmanager
def empty_database(home: Path) -> Iterator[Database]:
    """The migrated database of a new embedded server."""
    with sharing.attach(home) as attachment, Database(attachment.url, attachment=attachment) as database:
        migrate.upgrade(database)
        yield database


@contextmanager
def serving(url: str, *options: str) -> Iterator[tuple[int, ...]]:
    """The HTTP service as a process: the process's id, the port, and the admin port if the options ask for one."""
    process = subprocess.Popen(
        [sys.executable, "-m", "api", "serve", "--port", "0", *options],
        cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert process.stderr is not None
    lines = [process.stderr.readline() for _ in range(1 + ("--admin-port" in options))]
    ports = [int(re.findall(r":(\d+)$", line)[0]) for line in lines]
    reader = threading.Thread(target=process.stderr.read)  # the service would stop when the pipe is full
    reader.start()
    try:
        yield process.pid, *ports
    finally:
        process.terminate()
        process.wait(30)
        reader.join()
        process.stderr.close()


def add_books(connection: Connection, count: int) -> None:
    """Add the articles "Book 0", "Book 1" and so on; the number is the article's id too."""
    query = """
        insert into articles (article_id, topic, title, infobox, text_length)
        select n, 'book', 'Book ' || n, '{}', 1 from generate_series(0, :count - 1) n"""
    connection.execute(text(query), {"count": count})


def store_model(
    database: Database, articles: NDArray[np.float32], links: NDArray[np.float32], first_id: int = 0
) -> int:
    """Store a model that is ready but not active.

    Parameters
    ----------
    articles, links : float32 arrays of shape (n, dimensions)
        Unit rows, of the ids `first_id`, `first_id + 1` and so on.

    Returns
    -------
    int
        The model's id.
    """
    stored: dict[vectors.VectorKind, NDArray[np.float32]] = {"articles": articles, "links": links}
    with registry.training(database, "softmax", articles.shape[1], {}) as model_id:
        with database.transaction() as connection:
            for kind, rows in stored.items():
                ids = np.arange(first_id, first_id + len(rows), dtype=np.int32)
                vectors.store(connection, model_id, kind, ids, rows)
            registry.finish(connection, model_id, {"articles": len(articles), "links": len(links)}, "bench")
    return model_id


def unit_rows(n: int, dimensions: int, seed: int) -> NDArray[np.float32]:
    """Random rows of length 1 around 300 directions, because trained vectors form clusters too."""
    random = np.random.default_rng(seed)
    rows = random.normal(size=(300, dimensions)).astype(np.float32)[random.integers(300, size=n)]
    rows += 0.5 * random.standard_normal(size=rows.shape, dtype=np.float32)
    return unit(rows)


def unit(rows: NDArray[np.floating]) -> NDArray[np.float32]:
    """Each row divided by its length."""
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


def most_memory(process_id: int) -> float:
    """The most megabytes that a process has had; unlike `ru_maxrss`, without what its parent had (Linux)."""
    found = re.search(r"VmHWM:\s+(\d+)", Path(f"/proc/{process_id}/status").read_text())
    return int(found[1]) / 1024 if found else 0.0


def backend_seconds(process_id: int) -> float:
    """CPU seconds so far of the server's process that answers one connection (Linux)."""
    fields = Path(f"/proc/{process_id}/stat").read_text().rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")


def server_seconds(home: Path) -> float:
    """CPU seconds so far of a server and all its processes, those included that have ended (Linux)."""
    postmaster = (home / "data" / "postmaster.pid").read_text().split()[0]
    ticks = 0
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            process_id, fields = path.parent.name, path.read_text().rsplit(")", 1)[1].split()
        except OSError:  # this process ended while its folder was listed
            continue
        if process_id == postmaster:
            ticks += sum(map(int, fields[11:15]))
        elif fields[1] == postmaster:
            ticks += sum(map(int, fields[11:13]))
    return ticks / os.sysconf("SC_CLK_TCK")
