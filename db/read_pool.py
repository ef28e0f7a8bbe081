"""Single reads by psycopg alone.

SQLAlchemy's share of such a read costs more than all else on the client's side.
"""

from collections.abc import Callable, Mapping
from typing import Any

import psycopg
from sqlalchemy.pool import QueuePool

from db import forks
from db.limits import Limits
from db.link import Link, NoAnswer

Rows = list[tuple[Any, ...]]


class ReadPool:
    """A pool of connections in autocommit mode; a forked child has another one.

    Statements are prepared, because planning takes longer than most searches, and a plan for any arguments is no worse
    than one for the given arguments (db/sql/functions/_nearest_articles.sql). Behind a pooler they are not: there a
    statement runs in a transaction, whose settings are its own. Statements name their schema, because no search_path
    is set.
    """

    def __init__(self, connect: Callable[[], Link], limits: Limits) -> None:
        self._is_closed = False
        self._pool = QueuePool(
            connect,  # type: ignore[arg-type]
            pool_size=limits.connections,
            max_overflow=0,
            timeout=limits.wait,
            reset_on_return=None,
            use_lifo=True,
        )
        forks.in_children(self)

    def fetch(self, query: str, asked: Mapping[str, Any]) -> Rows:
        """Return the rows; ask again if the connection broke, so that a restarted server answers the first question."""
        try:
            return self._fetch(query, asked)
        except psycopg.OperationalError as error:
            if not is_broken(error) or isinstance(error, NoAnswer):
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
        self._is_closed = True
        self._pool.dispose()

    def part(self) -> None:
        """Leave the connections to the parent, and begin without any."""
        self._pool, self._of_parent = self._pool.recreate(), self._pool

    def _fetch(self, query: str, asked: Mapping[str, Any]) -> Rows:
        pooled = self._pool.connect()
        link: Any = pooled.driver_connection
        try:
            if link.is_pooled:
                return _in_transaction(link, query, asked)
            return link.execute(query, asked, prepare=True).fetchall()  # type: ignore[no-any-return]
        finally:
            if link.closed:
                pooled.invalidate()
            pooled.close()
            if self._is_closed:
                self._pool.dispose()


def _in_transaction(link: Any, query: str, asked: Mapping[str, Any]) -> Rows:
    with link.transaction():
        link.execute(link.own_settings)
        return link.execute(query, asked).fetchall()  # type: ignore[no-any-return]


def is_broken(error: psycopg.OperationalError) -> bool:
    """Whether the connection failed or was lost; otherwise something is wrong with the question."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return False
    return error.sqlstate is None or error.sqlstate[:2] in {"08", "28", "3D", "57"}
