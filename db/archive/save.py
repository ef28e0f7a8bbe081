"""Save a shelf: all its tables as they stood at one moment, while others read and write."""

import importlib.metadata
from collections.abc import Generator, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast
from zipfile import ZipFile

from sqlalchemy import Connection, text

from db import sql_files
from db.archive import container, tables
from db.archive.manifest import Manifest, Member
from db.archive.progress import Show
from db.connection import Database
from db.errors import ModelUnusable
from db.importing.topic_views import TopicView
from db.installing import revision
from db.link import Link
from db.models import registry

# Rows come in the order in which they are stored: neighbours are stored together (db/models/storage_order.py).
IN_ORDER = "set local synchronize_seqscans = off; set local max_parallel_workers_per_gather = 0"
VIEWS = text("""
    select t.view, t.topic,
           array(select attname::text from pg_attribute
                 where attrelid = to_regclass(quote_ident(t.view)) and attnum > 0 and not attisdropped
                 order by attnum) as columns
    from _topic_views t order by t.view""")
OF_EVERY_VIEW = {
    "article_id", "page_id", "title", "infobox", "revision_id", "revised_at", "text_length", "embedding",
    "linked_from", "prominence",
}  # fmt: skip


def save(database: Database, path: Path, wanted: int | str, show: Show) -> Manifest:
    """Write a shelf into a file.

    Parameters
    ----------
    wanted : int or {"all", "active"}
        Which models: one, which then answers after a restore, all that are finished, or the active one.

    Raises
    ------
    FileUnusable, ModelNotFound, ModelUnusable, NoActiveModel
    """
    with container.written(path) as archive, database.transaction() as connection:
        _take_snapshot(connection)
        models, active = _models(connection, wanted)
        saved = Manifest(
            wikishelf=_version(),
            revision=str(revision.revision(database)),
            wiki=connection.scalar(text("select wiki from imports where wiki is not null limit 1")),
            saved_at=datetime.now(UTC).isoformat(timespec="seconds"),
            active=active,
            models=models,
            topic_views=tuple(_views(connection)),
            tables=tuple(_members(connection, archive, models, active, show)),
        )
        archive.writestr(container.MANIFEST, saved.to_json())
    return saved


def _take_snapshot(connection: Connection) -> None:
    """Begin the transaction again, so that all of it sees the shelf as it stands now; it keeps the search_path."""
    path = connection.scalar(text("select current_setting('search_path')"))
    link = cast(Link, connection.connection.driver_connection)
    sql_files.run(connection, f"commit; begin isolation level repeatable read; {link.own_settings}")
    connection.execute(text("select set_config('search_path', :path, true)"), {"path": path})
    sql_files.run(connection, IN_ORDER)


def _version() -> str:
    try:
        return importlib.metadata.version("wikishelf")
    except importlib.metadata.PackageNotFoundError:  # run from a checkout that is not installed
        return "unversioned"


def _models(connection: Connection, wanted: int | str) -> tuple[dict[int, int], int | None]:
    """Return the dimensions of the wanted models, and the one that shall answer; nobody can drop them meanwhile."""
    finished = [model for model in registry.listed(connection) if model.state in {"ready", "active"}]
    numbers = (
        [model.model_id for model in finished] if wanted == "all" else [wanted if isinstance(wanted, int) else None]
    )
    kept = [registry.kept(connection, number, "saved") for number in numbers]
    answering = [model.model_id for model in kept if model.state == "active" or wanted != "all"]
    return {model.model_id: model.dimensions for model in kept}, answering[0] if answering else None


def _views(connection: Connection) -> Iterator[TopicView]:
    for view, topic, columns in connection.execute(VIEWS):
        if columns:  # else somebody has dropped it
            yield TopicView(view, topic, tuple(name for name in columns if name not in OF_EVERY_VIEW))


def _members(
    connection: Connection, archive: ZipFile, models: dict[int, int], active: int | None, show: Show
) -> Iterator[Member]:
    done = 0
    for table, columns in tables.columns(connection, models).items():
        if not columns:
            number = int(table.rpartition("_")[2])
            raise ModelUnusable(model_id=number, verb="saved", reason=f"its table {table} is missing")
        copied = Copied(connection, tables.query(table, columns, models, active))
        size, sha256 = container.write(archive, table, watched(copied, f"saving {table}", done, 0, show))
        done += size
        yield Member(table, columns, copied.rows, size, sha256)


def watched(pieces: Iterable[bytes], what: str, before: int, total: int, show: Show) -> Generator[bytes, None, None]:
    """Hand the pieces through, and show how far it is."""
    done = before
    for piece in pieces:
        done += len(piece)
        show(what, done, total)
        yield piece


class Copied:
    """The rows of a query in pieces; `rows` is their number when all have come."""

    def __init__(self, connection: Connection, query: str) -> None:
        self._cursor: Any = connection.connection.cursor()
        self._statement = f"copy ({query}) to stdout (format binary)"
        self.rows = 0

    def __iter__(self) -> Iterator[bytes]:
        rows: list[bytes] = []
        size = 0
        with self._cursor.copy(self._statement) as copy:
            for data in copy:
                rows.append(data)
                size += len(data)
                if size >= container.PIECE:
                    yield b"".join(rows)
                    rows, size = [], 0
        yield b"".join(rows)
        self.rows = self._cursor.rowcount
