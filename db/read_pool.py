"""Reads of one statement, by psycopg alone: SQLAlchemy's part of one costs more than all else on the client's side."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy.pool import QueuePool

# The role first has to exist, and this login to be a member of it, as a superuser always is.
READER = """
    select set_config('default_transaction_read_only', 'on', false), (
        select set_config('role', rolname, false) from pg_roles
        where rolname = %s and pg_has_role(oid, 'member'))"""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one client may take of the server.

    Attributes
    ----------
    connections : int
        At once, in either pool: the one for single reads, and the one for everything else.
    wait : float
        Seconds to wait for one of them.
    query : float or None
        Seconds that a statement may take.
    reader : bool
        Write nothing: read-only transactions, and the shelf's role, such as wikishelf_reader, where the login may take
        it.
    answers : int
        Rows of an answer, at most.
    titles : int
        Titles that a question may name, at most.
    """

    connections: int = 15
    wait: float = 30.0
    query: float | None = None
    reader: bool = False
    answers: int = 10_000
    titles: int = 10_000

    def opened(self, conninfo: str, schema: str, autocommit: bool = False) -> psycopg.Connection:
        """A new connection that is held to them."""
        connection = psycopg.connect(conninfo, autocommit=True)
        if self.query is not None:
            connection.execute(f"set statement_timeout = {round(1000 * self.query)}")
        if self.reader:
            connection.execute(READER, [f"{schema}_reader"])
        connection.autocommit = autocommit
        return connection


class ReadPool:
    """A pool of connections in autocommit mode.

    Statements are prepared: planning takes longer than most searches, and a search's plan for all arguments is no worse
    than that for its own (db/sql/functions/_nearest_articles.sql). They name their schema, for no search_path is set.
    """

    def __init__(self, connect: Callable[[], psycopg.Connection], limits: Limits) -> None:
        self._pool = QueuePool(
            connect,  # type: ignore[arg-type]
            pool_size=limits.connections,
            max_overflow=0,
            timeout=limits.wait,
            reset_on_return=None,
            use_lifo=True,
        )

    def fetch(self, query: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        """The rows; asked for again if the connection broke, so that a restarted server answers the first question."""
        try:
            return self._fetch(query, asked)
        except psycopg.OperationalError as error:
            if not is_broken(error):
                raise
        self._pool, lost = self._pool.recreate(), self._pool
        lost.dispose()
        return self._fetch(query, asked)

    @property
    def in_use(self) -> int:
        """Connections that are answering at this moment."""
        return self._pool.checkedout()

    def close(self) -> None:
        """Close the connections that are not in use; the others when they have answered."""
        self._pool.dispose()

    def _fetch(self, query: str, asked: Mapping[str, Any]) -> list[tuple[Any, ...]]:
        pooled = self._pool.connect()
        connection: Any = pooled.driver_connection
        try:
            rows: list[tuple[Any, ...]] = connection.execute(query, asked, prepare=True).fetchall()
            return rows
        finally:
            if connection.closed:
                pooled.invalidate()
            pooled.close()


def is_broken(error: psycopg.OperationalError) -> bool:
    """Whether there is no connection (any more), and not something wrong with the question."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return False
    return error.sqlstate is None or error.sqlstate[:2] in {"08", "28", "3D", "57"}
