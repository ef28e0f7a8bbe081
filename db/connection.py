"""The connections to one shelf of a database, and the one place where the database's errors are translated."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from types import TracebackType
from typing import Any, NamedTuple, Self, cast

import psycopg
import sqlalchemy.exc
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import Connection, Engine, QueuePool, create_engine, text

from db import errors, forks, question, shortage
from db.embedded.sharing import Attachment
from db.limits import WORK, Limits
from db.link import Link
from db.read_pool import ReadPool, is_broken
from db.settings import DEFAULT_SCHEMA

# The path lists the shelf's schema and the schemas of the extensions, wherever an administrator made them. Temporary
# tables come before the extensions' schemas, in which an application may have tables of the same names.
SEARCH_PATH = text("""
    select set_config('search_path', concat_ws(', ', cast(:schema as text), 'pg_temp', (
        select string_agg(distinct quote_ident(n.nspname), ', ')
        from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
        where e.extname in ('vector', 'pg_trgm'))), :local)""")

# What an address or libpq's environment may set otherwise. A host that has vanished is noticed within half a minute.
DEFAULTS: dict[str, str | int] = {
    "fallback_application_name": "wikishelf",
    "keepalives_idle": 15,
    "keepalives_interval": 5,
    "keepalives_count": 3,
    "tcp_user_timeout": 30_000,  # ms; only Linux knows it
}
# A statement or a transaction took longer than it may, waited too long for a lock, or met another one.
BUSY = {"57014", "25P03", "25P04", "55P03", "40001", "40P01"}


class Address(NamedTuple):
    """Where a shelf is: all that another process must know to open it."""

    url: str
    schema: str


class Database:
    """A pool of connections to one shelf of one database; closing it leaves the embedded server as well.

    A forked child opens connections of its own, and leaves those of its parent alone.

    Attributes
    ----------
    url : str
        The address, as libpq takes it.
    schema : str
        The schema that holds the shelf.
    engine : sqlalchemy.Engine
        Threads may share it.
    """

    def __init__(
        self,
        url: str,
        schema: str = DEFAULT_SCHEMA,
        attachment: Attachment | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.url = url
        self.schema = schema
        self.limits = limits or WORK
        self._conninfo = _conninfo(url, self.limits)
        self.engine = _engine(self._opened, self.limits)
        self._read_pool = ReadPool(lambda: self._opened(autocommit=True), self.limits)
        self._attachment = attachment
        self._is_closed = False
        forks.in_children(self)

    @property
    def address(self) -> Address:
        """The address that another process opens."""
        return Address(self.url, self.schema)

    @property
    def is_embedded(self) -> bool:
        """Whether it is the database of the embedded server, in which nobody else has tables."""
        return self._attachment is not None

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """Open a transaction in which names mean the shelf's; commit it at the end, and roll it back on an error.

        Raises
        ------
        ShelfClosed
        """
        with self._connected() as connection, connection.begin():
            _set_settings(connection)
            set_search_path(connection, self.schema, local=True)
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """Open a connection in autocommit mode, for single reads; behind a pooler it is a transaction.

        Raises
        ------
        ShelfClosed
        """
        with self._connected() as connection:
            if is_pooled(connection):
                with connection.begin():
                    _set_settings(connection)
                    set_search_path(connection, self.schema, local=True)
                    yield connection
            else:
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
                set_search_path(connection, self.schema, local=False)
                yield connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        self._check()
        with translated_errors(self.url):
            try:
                with self.engine.connect() as connection:
                    yield connection
            finally:
                if self._is_closed:
                    self.engine.pool.dispose()

    def fetch(self, query: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """Return the rows of one read; psycopg alone runs it, for a third of the cost of `session`.

        Parameters are written `%(name)s`. The query must name the schema of what it reads, because no search_path is
        set.

        Raises
        ------
        ShelfClosed
        """
        self._check()
        with translated_errors(self.url):
            return self._read_pool.fetch(query, asked)

    @property
    def in_use(self) -> int:
        """How many connections are answering at this moment."""
        return self._read_pool.in_use + cast(QueuePool, self.engine.pool).checkedout()

    def close(self) -> None:
        """Close the pool and leave the embedded server, which stops when nobody else uses it."""
        self._is_closed = True
        self._read_pool.close()
        self.engine.pool.dispose()
        if self._attachment is not None:
            self._attachment.close()

    def _opened(self, autocommit: bool = False) -> Link:
        if self._attachment is not None:
            self._attachment.renew()
        return self.limits.opened(self._conninfo, self.schema, autocommit)

    def part(self) -> None:
        """Leave the connections to the parent, and begin without any."""
        self._of_parent = self.engine.pool
        self.engine.dispose(close=False)

    def _check(self) -> None:
        if self._is_closed:
            raise errors.ShelfClosed
        with translated_errors(self.url):
            question.check()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def set_search_path(connection: Connection, schema: str, local: bool) -> None:
    """Let names without a schema mean those of the shelf, until the transaction ends (`local`) or for the session."""
    connection.execute(SEARCH_PATH, {"schema": schema, "local": local})


def is_pooled(connection: Connection) -> bool:
    """Whether a pooler stands between, so that nothing lasts for longer than a transaction."""
    return cast(Link, connection.connection.driver_connection).is_pooled


def _set_settings(connection: Connection) -> None:
    if is_pooled(connection):
        connection.exec_driver_sql(cast(Link, connection.connection.driver_connection).own_settings)


@contextmanager
def translated_errors(url: str) -> Iterator[None]:
    """Turn the driver's operational errors into one clear line; programming errors pass unchanged."""
    try:
        yield
    except sqlalchemy.exc.TimeoutError as error:
        reason = "all its connections were in use while the question waited"
        raise errors.DatabaseBusy(url=without_password(url), reason=reason) from error
    except (sqlalchemy.exc.DBAPIError, psycopg.Error) as error:
        cause = error.orig if isinstance(error, sqlalchemy.exc.DBAPIError) else error
        reason = str(cause).strip().splitlines()[0] if str(cause).strip() else type(cause).__name__
        if isinstance(cause, psycopg.errors.InsufficientPrivilege | psycopg.errors.ReadOnlySqlTransaction):
            raise errors.DatabaseRefused(url=without_password(url), reason=reason) from error
        if isinstance(cause, psycopg.errors.DiskFull):
            raise errors.DatabaseFull(url=without_password(url), reason=reason) from error
        if getattr(cause, "sqlstate", None) in BUSY:
            raise errors.DatabaseBusy(url=without_password(url), reason=reason) from error
        if isinstance(cause, psycopg.OperationalError):
            if not is_broken(cause):
                raise errors.DatabaseRefused(url=without_password(url), reason=reason) from error
            shortage.check_files()
            raise errors.DatabaseUnreachable(url=without_password(url), reason=reason) from error
        raise


def without_password(url: str) -> str:
    """Return the address as `host=... dbname=...`, which a message may show."""
    known = conninfo_to_dict(url)
    return make_conninfo("", **{key: known[key] for key in ("host", "port", "user", "dbname") if key in known})


def _conninfo(url: str, limits: Limits) -> str:
    try:
        given = conninfo_to_dict(url)
    except psycopg.ProgrammingError as error:
        raise errors.DatabaseUrlInvalid(reason=str(error).strip().splitlines()[0]) from None
    timeout = {} if "PGCONNECT_TIMEOUT" in os.environ else {"connect_timeout": limits.seconds_to_connect}
    return make_conninfo("", **{**DEFAULTS, **timeout, **given, "client_encoding": "UTF8"})


def _engine(opened: Callable[[], Link], limits: Limits) -> Engine:
    return create_engine(
        "postgresql+psycopg://",
        creator=opened,
        pool_size=limits.connections,
        max_overflow=0,
        pool_timeout=limits.wait,
        pool_pre_ping=True,
    )
