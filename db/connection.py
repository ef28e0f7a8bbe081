"""The connections to one shelf of a database, and the one place where the database's errors are translated."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from threading import Lock
from types import TracebackType
from typing import TYPE_CHECKING, Any, NamedTuple, Self

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from db import errors, forks, question, shortage
from db.embedded.sharing import Attachment
from db.limits import WORK, Limits
from db.link import Link
from db.read_pool import ReadPool, is_broken
from db.settings import DEFAULT_SCHEMA

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from db.engine import Transactions

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
        self._transactions: Transactions | None = None
        self._making = Lock()
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

    @property
    def place(self) -> str:
        """Where the shelf is, for people: the home of the embedded server, or the address without its password."""
        return str(self._attachment.home) if self._attachment else without_password(self.url)

    @contextmanager
    def transaction(self) -> Iterator["Connection"]:
        """Open a transaction in which names mean the shelf's; commit it at the end, and roll it back on an error.

        Raises
        ------
        ShelfClosed
        """
        self._check()
        with translated_errors(self.url), self._work().transaction() as connection:
            yield connection

    @contextmanager
    def session(self) -> Iterator["Connection"]:
        """Open a connection in autocommit mode, for single reads; behind a pooler it is a transaction.

        Raises
        ------
        ShelfClosed
        """
        self._check()
        with translated_errors(self.url), self._work().session() as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Link]:
        """Open a transaction for reads that belong together, by psycopg alone; in it names mean the shelf's.

        Raises
        ------
        ShelfClosed
        """
        self._check()
        with translated_errors(self.url), self._read_pool.transaction(self.schema) as link:
            yield link

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
        return sum(pool.in_use for pool in (self._read_pool, self._transactions) if pool)

    def close(self) -> None:
        """Close the pool and leave the embedded server, which stops when nobody else uses it."""
        self._is_closed = True
        self._read_pool.close()
        if self._transactions:
            self._transactions.close()
        if self._attachment is not None:
            self._attachment.close()

    def _opened(self, autocommit: bool = False) -> Link:
        if self._attachment is not None:
            self._attachment.renew()
        return self.limits.opened(self._conninfo, self.schema, autocommit)

    def part(self) -> None:
        """Leave the connections to the parent, and begin without any."""
        self._making = Lock()
        if self._transactions:
            self._transactions.part()

    def _work(self) -> "Transactions":
        with self._making:
            if self._transactions is None:
                from db.engine import Transactions

                self._transactions = Transactions(self._opened, self.limits, self.schema)
            return self._transactions

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


@contextmanager
def translated_errors(url: str) -> Iterator[None]:
    """Turn the driver's operational errors into one clear line; programming errors pass unchanged."""
    try:
        yield
    except Exception as error:
        cause = getattr(error, "orig", error)  # SQLAlchemy keeps the driver's own error there
        if not isinstance(cause, psycopg.Error):
            raise
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
