"""Single reads by psycopg alone.

SQLAlchemy's share of such a read costs more than all else on the client's side, and to load it takes longer than most
questions.
"""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from queue import Empty, LifoQueue
from typing import Any

import psycopg

from db import forks
from db.limits import Limits
from db.link import Link, NoAnswer

# To ask again would take as long once more.
SILENT = NoAnswer, psycopg.errors.ConnectionTimeout
# What a client is told that waited too long for a place in a pool of connections.
ALL_IN_USE = "all its connections were in use while the question waited"
# The path lists the shelf's schema and the schemas of the extensions, wherever an administrator made them. Temporary
# tables come before the extensions' schemas, in which an application may have tables of the same names.
SEARCH_PATH = """
    select set_config('search_path', concat_ws(', ', cast(%(schema)s as text), 'pg_temp', (
        select string_agg(distinct quote_ident(n.nspname), ', ')
        from pg_catalog.pg_extension e join pg_catalog.pg_namespace n on n.oid = e.extnamespace
        where e.extname in ('vector', 'pg_trgm'))), %(local)s)"""

Rows = list[tuple[Any, ...]]


class ReadPool:
    """A pool of connections in autocommit mode; a forked child has another one.

    Statements are prepared, because planning takes longer than most searches, and a plan for any arguments is no worse
    than one for the given arguments (db/sql/functions/_nearest_articles.sql). Behind a pooler they are not: there a
    statement runs in a transaction, whose settings are its own. Statements name their schema, because no search_path
    is set.
    """

    def __init__(self, connect: Callable[[], Link], limits: Limits) -> None:
        self._connect = connect
        self._limits = limits
        self._is_closed = False
        self._places = self._no_connections()
        forks.in_children(self)

    def fetch(self, query: str, asked: Mapping[str, Any]) -> Rows:
        """Return the rows; ask again if the connection broke, so that a restarted server answers the first question."""
        try:
            return self._fetch(query, asked)
        except psycopg.OperationalError as error:
            if not is_broken(error) or isinstance(error, SILENT):
                raise
        self._close_idle()
        return self._fetch(query, asked)

    @contextmanager
    def transaction(self, schema: str) -> Iterator[Link]:
        """Lend a connection for one transaction, in which names mean those of the shelf in this schema."""
        with self._lent() as link, _transaction(link):
            link.execute(SEARCH_PATH, {"schema": schema, "local": True})
            yield link

    @property
    def in_use(self) -> int:
        """How many connections are answering at this moment."""
        return self._limits.connections - self._places.qsize()

    def close(self) -> None:
        """Close the connections that are not in use; the others close when they have answered."""
        self._is_closed = True
        self._close_idle()

    def part(self) -> None:
        """Leave the connections to the parent, and begin without any."""
        self._places, self._of_parent = self._no_connections(), self._places

    def _no_connections(self) -> LifoQueue[Link | None]:
        """A place for each connection that may be open, all of them empty; the place used last is taken first."""
        places: LifoQueue[Link | None] = LifoQueue()
        for _ in range(self._limits.connections):
            places.put(None)
        return places

    def _fetch(self, query: str, asked: Mapping[str, Any]) -> Rows:
        with self._lent() as link:
            if not link.is_pooled:
                return link.execute(query.encode(), asked, prepare=True).fetchall()
            with _transaction(link):
                return link.execute(query.encode(), asked).fetchall()

    @contextmanager
    def _lent(self) -> Iterator[Link]:
        places = self._places
        try:
            link = places.get(timeout=self._limits.wait)
        except Empty:
            raise psycopg.errors.LockNotAvailable(ALL_IN_USE) from None
        try:
            link = link or self._connect()
            yield link
        finally:
            places.put(None if link is None or link.closed else link)
            if self._is_closed:
                self._close_idle()

    def _close_idle(self) -> None:
        places: list[Link | None] = []
        with suppress(Empty):
            while True:
                places.append(self._places.get_nowait())
        for link in places:
            self._places.put(None)
            if link is not None:
                link.close()


@contextmanager
def _transaction(link: Link) -> Iterator[None]:
    with link.transaction():
        if link.is_pooled:
            link.execute(link.own_settings.encode())
        yield


def is_broken(error: psycopg.OperationalError) -> bool:
    """Whether the connection failed or was lost; otherwise something is wrong with the question."""
    if isinstance(error, psycopg.errors.QueryCanceled):
        return False
    return error.sqlstate is None or error.sqlstate[:2] in {"08", "28", "3D", "57"}
