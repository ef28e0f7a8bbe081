"""One engine and its pool; the checks at the door; the database's errors translated in one place."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, Literal, Self, cast

import psycopg
import sqlalchemy.exc
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, Engine, QueuePool, create_engine, text

from db import errors, migrate, settings
from db.embedded import sharing
from db.read_pool import Limits, Reading, is_broken

MIN_POSTGRES = 150_000  # as `server_version_num` has it
MIN_VECTOR = (0, 8)


class Database:
    """A pool of connections to one checked database; closing it leaves the embedded server as well.

    Attributes
    ----------
    url : str
        As libpq takes it.
    engine : sqlalchemy.Engine
        Thread-safe.
    """

    def __init__(self, url: str, attachment: sharing.Attachment | None = None, limits: Limits | None = None) -> None:
        self.url = url
        self.limits = limits or Limits()
        conninfo = _conninfo(url)
        self.engine = _engine(conninfo, self.limits)
        self._reading = Reading(conninfo, self.limits)
        self._attachment = attachment

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction: committed at the end, rolled back on an error."""
        with translated_errors(self.url), self.engine.begin() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """A connection in autocommit mode: for single reads, and for locks that outlive a transaction."""
        with translated_errors(self.url), self.engine.connect() as connection:
            yield connection.execution_options(isolation_level="AUTOCOMMIT")

    def fetch(self, query: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows of one read, by psycopg alone, a third of the cost of `session`; parameters are `%(name)s`."""
        with translated_errors(self.url):
            return self._reading.fetch(query, asked)

    @property
    def in_use(self) -> int:
        """Connections that are answering at this moment."""
        return self._reading.in_use + cast(QueuePool, self.engine.pool).checkedout()

    def close(self) -> None:
        """Close the pool and leave the embedded server, which stops when nobody else uses it."""
        self._reading.close()
        self.engine.dispose()
        if self._attachment is not None:
            self._attachment.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def connect(tables: Literal["upgrade", "require", "any"] = "upgrade", limits: Limits | None = None) -> Database:
    """Open the database that the environment names: DATABASE_URL, or else the embedded PostgreSQL.

    Parameters
    ----------
    tables : {"upgrade", "require", "any"}
        What to do about tables that are missing or old: bring them up to date, refuse them, or take them as they are.
    limits : Limits or None
        What this client may take of the server.

    Raises
    ------
    db.errors.WikishelfError
        The server cannot be reached, is too old, or has no usable pgvector or schema.
    """
    configured = settings.load()
    attachment = None if configured.database_url else sharing.attach(configured.home)
    database = Database(configured.database_url or attachment.url, attachment, limits)  # type: ignore[union-attr]
    try:
        _check_server(database)
        if tables != "any" and not migrate.is_current(database):
            if tables == "require":
                raise errors.SchemaMissing(url=without_password(database.url))
            migrate.upgrade(database)
    except BaseException:
        database.close()
        raise
    return database


@contextmanager
def translated_errors(url: str) -> Iterator[None]:
    """Turn the driver's operational errors into one clear line; programming errors pass unchanged."""
    try:
        yield
    except sqlalchemy.exc.TimeoutError as error:
        reason = "its connections were in use all the time that a question waits"
        raise errors.DatabaseBusy(url=without_password(url), reason=reason) from error
    except (sqlalchemy.exc.DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
        reason = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
        if isinstance(cause, psycopg.errors.InsufficientPrivilege | psycopg.errors.ReadOnlySqlTransaction):
            raise errors.DatabaseRefused(url=without_password(url), reason=reason) from error
        if isinstance(cause, psycopg.errors.QueryCanceled):
            raise errors.DatabaseBusy(url=without_password(url), reason=reason) from error
        if isinstance(cause, psycopg.OperationalError):
            kind = errors.DatabaseUnreachable if is_broken(cause) else errors.DatabaseRefused
            raise kind(url=without_password(url), reason=reason) from error
        raise


def without_password(url: str) -> str:
    """The address as `host=... dbname=...`, fit for a message."""
    known = conninfo_to_dict(url)
    return make_conninfo("", **{key: known[key] for key in ("host", "port", "user", "dbname") if key in known})


def _conninfo(url: str) -> str:
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise errors.DatabaseUrlInvalid(reason=str(error).strip().splitlines()[0]) from None
    return make_conninfo("", **{"application_name": "wikishelf", "connect_timeout": 10, **given})


def _engine(conninfo: str, limits: Limits) -> Engine:
    return create_engine(
        "postgresql+psycopg://",
        creator=lambda: limits.opened(conninfo),
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.wait,
        pool_pre_ping=True,
    )


def _check_server(database: Database) -> None:
    with database.session() as connection:
        version, name = connection.execute(
            text("select current_setting('server_version_num')::int, current_setting('server_version')")
        ).one()
        vector = connection.execute(
            text(
                "select coalesce(installed_version, default_version) from pg_available_extensions where name = 'vector'"
            )
        ).scalar()
    url = without_password(database.url)
    if version < MIN_POSTGRES:
        raise errors.ServerTooOld(url=url, version=name)
    if vector is None:
        raise errors.VectorMissing(url=url)
    if tuple(int(part) for part in vector.split(".")[:2]) < MIN_VECTOR:
        raise errors.VectorTooOld(url=url, version=vector)
