"""Restore a shelf: one transaction makes it, loads it and lets it answer, so that a killed run leaves nothing.

Nothing of an archive is run: names and types must be those of the tables that this program makes for its revision.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import psycopg
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateTable

from db import locks, sql_files
from db.archive import container, keys, tables
from db.archive.errors import ArchiveDamaged, ShelfNotEmpty
from db.archive.manifest import Manifest
from db.archive.progress import Show
from db.archive.save import Copied, watched
from db.connection import Database, without_password
from db.errors import ImportInProgress, ModelUnusable, TrainingInProgress
from db.importing.topic_views import create_topic_views
from db.installing import migrate, revision
from db.models import activation, indexes, registry

SIZES = text("""
    select articles, models, articles + models = 0 and not exists (select from links)
    from (select count(*) from articles) a(articles), (select count(*) from models) m(models)""")
SEQUENCE = """
    select setval(pg_get_serial_sequence(format('%I.{table}', current_schema()), '{key}'),
                  coalesce(max({key}), 1), max({key}) is not null) from {table}"""
MODELS = text("select model_id, dimensions from models where state in ('ready', 'active')")
TAKEN = text("""
    select to_regclass(:view) is not null and not exists (select from _topic_views t where t.view = :view)""")
# Classes of SQLSTATE: bad values, values that break a rule, and values that are too large.
OF_THE_ROWS = ("22", "23", "54")


def restore(database: Database, path: Path, show: Show) -> tuple[Manifest, bool]:
    """Put an archive into an empty shelf, which answers then; its vectors are indexed while it does.

    Returns
    -------
    Manifest
    bool
        False if the shelf held this archive already: a killed run had come so far.

    Raises
    ------
    FileUnusable, ArchiveDamaged, ArchiveNewer, ShelfNotEmpty
    RightsMissing, ExtensionMissing, SchemaTaken, SchemaNewer
    ImportInProgress, TrainingInProgress
    """
    with container.opened(path) as (archive, manifest):
        with database.transaction() as connection:
            is_new = _is_empty(connection, database, manifest)
            if is_new:
                with _damaged(path):
                    _fill(connection, database, archive, manifest, path, show)
    for number in sorted(manifest.models, key=lambda number: number != manifest.active):
        show(f"the shelf answers, and the vectors of model {number} are indexed", manifest.size, manifest.size)
        with database.transaction() as connection:
            indexes.complete(connection, number)
    return manifest, is_new


def _is_empty(connection: Connection, database: Database, manifest: Manifest) -> bool:
    """Whether the archive can go here; False if it is here already."""
    if revision.revision(database) is None:
        return True
    articles, models, is_empty = connection.execute(SIZES).one()
    if is_empty or (articles == manifest.rows("articles") and _is_here(connection, manifest)):
        return bool(is_empty)
    found = f"{articles:,} articles and {models:,} models"
    raise ShelfNotEmpty(schema=database.schema, url=without_password(database.url), found=found)


def _is_here(connection: Connection, manifest: Manifest) -> bool:
    """Whether the imports and models of the shelf are those of the archive."""
    there = tables.columns(connection, {})
    for member in manifest.tables:
        if member.table in {"imports", "models"}:
            if not member.columns.items() <= there[member.table].items():
                return False
            rows = Copied(connection, tables.query(member.table, member.columns, manifest.models, manifest.active))
            digest = hashlib.sha256()
            for piece in rows:
                digest.update(piece)
            if digest.hexdigest() != member.sha256:
                return False
    return True


def _fill(
    connection: Connection, database: Database, archive: ZipFile, manifest: Manifest, path: Path, show: Show
) -> None:
    migrate.bring(connection, database, manifest.revision)
    locks.take(connection, "import", ImportInProgress)
    locks.take(connection, registry.LOCK, TrainingInProgress)
    for table in tables.of_models(manifest.models):
        connection.execute(CreateTable(table))
    _check_columns(connection, manifest, path)
    names = [member.table for member in manifest.tables]
    made = keys.taken(connection, names)
    _is_empty(connection, database, manifest)  # An import may have ended since; now nobody can write.
    sql_files.run(connection, f"truncate {', '.join(names)}")
    _load(connection, archive, manifest, path, show)
    show("making keys and indexes", manifest.size, manifest.size)
    keys.make(connection, made)
    _check_documents(connection, manifest, path)
    _check_models(connection, manifest, path)
    _set_sequences(connection)
    if manifest.revision != revision.head():
        migrate.migrate(connection, manifest.revision, revision.head())
    sql_files.run(connection, f"analyze {', '.join(names)}")
    _make_views(connection, manifest, path)
    if manifest.active is not None:
        activation.activate(connection, manifest.active)


def _check_columns(connection: Connection, manifest: Manifest, path: Path) -> None:
    """Refuse any table, column or type that is not one of this revision."""
    expected = tables.columns(connection, manifest.models)
    given = {member.table: dict(member.columns) for member in manifest.tables}
    if given != expected or len(given) < len(manifest.tables):
        wrong = sorted(name for name in given.keys() | expected.keys() if given.get(name) != expected.get(name))
        raise ArchiveDamaged(path=path, reason=f"revision {manifest.revision} has other tables: {', '.join(wrong)}")


def _load(connection: Connection, archive: ZipFile, manifest: Manifest, path: Path, show: Show) -> None:
    done = 0
    cursor: Any = connection.connection.cursor()
    for member in manifest.tables:
        pieces = container.pieces(archive, member, path)
        target = f"{member.table} ({', '.join(member.columns)})"
        # The rows are frozen, as a later vacuum would leave them.
        with cursor.copy(f"copy {target} from stdin (format binary, freeze)") as copy:
            for piece in watched(pieces, f"restoring {member.table}", done, manifest.size, show):
                copy.write(piece)
        if cursor.rowcount != member.rows:
            raise ArchiveDamaged(path=path, reason=f"{member.table} has {cursor.rowcount:,} of {member.rows:,} rows")
        done += member.size


def _check_documents(connection: Connection, manifest: Manifest, path: Path) -> None:
    """Refuse JSON that is not an object, as it is everywhere in a shelf."""
    for member in manifest.tables:
        for name in (name for name, kind in member.columns.items() if kind == "jsonb"):
            other = text(f"select exists (select from {member.table} where jsonb_typeof({name}) <> 'object')")
            if connection.scalar(other):
                raise ArchiveDamaged(path=path, reason=f"{member.table} has a value in {name} that is not an object")


def _check_models(connection: Connection, manifest: Manifest, path: Path) -> None:
    """Refuse models that are not those of the tables, and make them wait for their activation."""
    if dict(connection.execute(MODELS).all()) != manifest.models:
        raise ArchiveDamaged(path=path, reason="its models are not those of its manifest")
    connection.execute(text("update models set state = 'ready'"))


def _set_sequences(connection: Connection) -> None:
    """Let the next import and the next model have the number after the highest."""
    for table, key in (("imports", "import_id"), ("models", "model_id")):
        connection.exec_driver_sql(SEQUENCE.format(table=table, key=key).replace("%", "%%"))


def _make_views(connection: Connection, manifest: Manifest, path: Path) -> None:
    for view in manifest.topic_views:
        if connection.scalar(TAKEN, {"view": view.view}):
            raise ArchiveDamaged(path=path, reason=f"its topic view {view.view} has a name of the shelf's own")
    create_topic_views(connection, manifest.topic_views)


@contextmanager
def _damaged(path: Path) -> Iterator[None]:
    """Blame the archive where the server refuses its rows."""
    try:
        yield
    except ModelUnusable as error:
        raise ArchiveDamaged(path=path, reason=str(error.facts["reason"]).partition(";")[0]) from error
    except (DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, DBAPIError) else error
        if not (getattr(cause, "sqlstate", None) or "").startswith(OF_THE_ROWS):
            raise
        raise ArchiveDamaged(path=path, reason=str(cause).strip().splitlines()[0]) from error
