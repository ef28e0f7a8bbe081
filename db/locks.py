"""Advisory locks: one process of a kind at a time, whoever dies lets go."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, text

from db.connection import Database
from db.errors import WikishelfError

HOLDER = text("""
    select a.pid, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')
    from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and l.objsubid = 1
      and l.database = (select oid from pg_database where datname = current_database())
      and ((l.classid::bigint << 32) | l.objid::bigint) = hashtext(:name)
    union all select null, null limit 1""")


@contextmanager
def held(database: Database, name: str, refusal: type[WikishelfError]) -> Iterator[Connection]:
    """Hold the lock of this name; yields the connection in autocommit mode that holds it.

    Raises
    ------
    refusal
        Another process holds it; `pid` and `since` say which of the server's.
    """
    with database.query() as connection:
        if not connection.scalar(text("select pg_try_advisory_lock(hashtext(:name))"), {"name": name}):
            pid, since = connection.execute(HOLDER, {"name": name}).one()
            raise refusal(pid=pid, since=since)
        try:
            yield connection
        finally:
            connection.execute(text("select pg_advisory_unlock(hashtext(:name))"), {"name": name})
