"""Single reads by psycopg alone.

SQLAlchemy's share of such a read costs more than all else on the client's side.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy.pool import QueuePool

# The role is taken if it exists and this login is a member of it, as a superuser always is.
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
        How many may be open at once in each pool: the one for single reads, and the one for everything else.
    wait : float
        Seconds to wait for a connection.
    query : float or None
        Seconds that a statement may take.
    reader : bool
        Whether to give up the right to write: transactions are read-only, and the connection takes the shelf's role,
        such as wikishelf_reader, if the login may take it.
    answers : int
        How many rows an answer may have.
    titles : int
        How many titles a question may name.
    """

    connections: int = 15
    wait: float = 30.0
    query: float | None = None
    reader: bool = False
    answers: int = 10_000
    titles: int = 10_000

    def opened(self, conninfo: str, schema: str, autocommit: bool = False) -> psycopg.Connection:
        """Open a new connection that keeps to these limits."""
        connection = psycopg.connect(conninfo, autocommit=True)
        if self.query is not None:
            connection.execute(f"set statement_timeout = {round(1000 * self.query)}")
        if self.reader:
            connection.execute(READER, [f"{schema}_reader"])
        connection.autocommit = autocommit
        return connection


class ReadPool:
    """A pool of connections in autocommit mode.

    Statements are prepared, because planning takes longer than most searches, and a plan for any arguments is no worse
    than one for the given arguments (db/sql/functions/_nearest_articles.sql). They name their schema, because no
    search_path is set.
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
        """Return the rows; ask again if the connection broke, so that a restarted server answers the first question."""
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
        """How many connections are answering at this moment."""
        return self._pool.checkedout()

    def close(self) -> None:
        """Close the connections that are not in use; the others close when they have answered."""
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
    """Whether the connection failed or was lost; otherwise something is wrong with the question."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return False
    return error.sqlstate is None or error.sqlstate[:2] in {"08", "28", "3D", "57"}
