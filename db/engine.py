"""Transactions by SQLAlchemy. To load it takes longer than a question, which does without (`db.read_pool`)."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import cast

import psycopg
import sqlalchemy.exc
from sqlalchemy import Connection, QueuePool, create_engine

from db.limits import Limits
from db.link import Link
from db.read_pool import ALL_IN_USE, SEARCH_PATH


class Transactions:
    """A pool of connections for transactions, which threads may share; a forked child has another one."""

    def __init__(self, opened: Callable[[], Link], limits: Limits, schema: str) -> None:
        self._engine = create_engine(
            "postgresql+psycopg://",
            creator=opened,
            pool_size=limits.connections,
            max_overflow=0,
            pool_timeout=limits.wait,
            pool_pre_ping=True,
        )
        self._schema = schema
        self._is_closed = False

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """See `db.connection.Database.transaction`."""
        with self._connected() as connection, connection.begin():
            self._set(connection)
            yield connection

    @contextmanager
    def session(self) -> Iterator[Connection]:
        """See `db.connection.Database.session`."""
        with self._connected() as connection:
            if _link(connection).is_pooled:
                with connection.begin():
                    self._set(connection)
                    yield connection
            else:
                connection = connection.execution_options(isolation_level="AUTOCOMMIT")
                set_search_path(connection, self._schema, local=False)
                yield connection

    @contextmanager
    def _connected(self) -> Iterator[Connection]:
        try:
            connection = self._engine.connect()
        except sqlalchemy.exc.TimeoutError as error:
            raise psycopg.errors.LockNotAvailable(ALL_IN_USE) from error
        try:
            with connection:
                yield connection
        finally:
            if self._is_closed:
                self._engine.pool.dispose()

    def _set(self, connection: Connection) -> None:
        link = _link(connection)
        if link.is_pooled:
            connection.exec_driver_sql(link.own_settings)
        set_search_path(connection, self._schema, local=True)

    @property
    def in_use(self) -> int:
        """How many connections are lent at this moment."""
        return cast(QueuePool, self._engine.pool).checkedout()

    def close(self) -> None:
        """Close the connections that are not in use; the others close when their transactions have ended."""
        self._is_closed = True
        self._engine.pool.dispose()

    def part(self) -> None:
        """Leave the connections to the parent, and begin without any."""
        self._of_parent = self._engine.pool
        self._engine.dispose(close=False)


def set_search_path(connection: Connection, schema: str, local: bool) -> None:
    """Let names without a schema mean those of the shelf, until the transaction ends (`local`) or for the session."""
    connection.exec_driver_sql(SEARCH_PATH, {"schema": schema, "local": local})


def _link(connection: Connection) -> Link:
    return cast(Link, connection.connection.driver_connection)
