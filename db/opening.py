"""Open and check the shelf that the environment names."""

import sys
from typing import Literal

from db import errors, settings
from db.connection import Database, without_password
from db.embedded import sharing
from db.installing import revision
from db.installing.errors import EncodingUnfit
from db.limits import Limits

MIN_POSTGRES = 150_000  # 15.0, written as `server_version_num` writes it
MIN_VECTOR = (0, 8)
SERVER = """
    select current_setting('server_version_num')::integer, current_setting('server_version'),
           current_setting('server_encoding'),
           (select coalesce(installed_version, default_version) from pg_available_extensions where name = 'vector')"""


def connect(tables: Literal["upgrade", "require", "any"] = "upgrade", limits: Limits | None = None) -> Database:
    """Open the shelf that the environment names, in DATABASE_URL or else in the embedded PostgreSQL.

    Parameters
    ----------
    tables : {"upgrade", "require", "any"}
        What to do about tables that are missing or old: bring them up to date and say so on stderr, refuse them, or
        take them as they are. Only `require` makes no embedded server where there is none.
    limits : Limits or None
        What this client may take of the server.

    Raises
    ------
    db.errors.WikishelfError
        The server cannot be reached, is too old, or has no usable pgvector or tables.
    """
    configured = settings.load()
    if tables == "require":
        check_made(configured)
    attachment = None if configured.database_url else sharing.attach(configured.home)
    url = configured.database_url or attachment.url  # type: ignore[union-attr]
    database = Database(url, configured.schema, attachment, limits)
    try:
        _check_server(database)
        if tables == "require":
            revision.check_current(database)
        elif tables == "upgrade" and not revision.is_current(database):
            from db.installing import migrate

            print(migrate.upgrade(database), file=sys.stderr)
    except BaseException:
        database.close()
        raise
    return database


def check_made(configured: settings.Settings) -> None:
    """Refuse an embedded server that would have to be made first.

    Raises
    ------
    SchemaMissing
    """
    if not configured.database_url and not sharing.is_made(configured.home):
        raise errors.SchemaMissing(schema=configured.schema, url=configured.home)


def _check_server(database: Database) -> None:
    ((version, name, encoding, vector),) = database.fetch(SERVER, {})
    url = without_password(database.url)
    if version < MIN_POSTGRES:
        raise errors.ServerTooOld(url=url, version=name)
    if encoding != "UTF8":
        raise EncodingUnfit(url=url, encoding=encoding)
    if vector is None:
        raise errors.VectorMissing(url=url)
    if tuple(int(part) for part in vector.split(".")[:2]) < MIN_VECTOR:
        raise errors.VectorTooOld(url=url, version=vector)
