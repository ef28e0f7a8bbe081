"""Locks for work that one process does at a time, and for changes to tables that others are reading.

The server releases the lock of a process that dies. No queue of readers forms behind a change.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from db.connection import Database
from db.errors import WikishelfError

# An advisory lock belongs to the whole database, so its key is made from the name of the shelf as well.
LOCK_KEY = "hashtext(current_schema() || '.' || :work)"
HOLDER = text(f"""
    select a.pid, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')
    from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and l.objsubid = 1
      and l.database = (select oid from pg_database where datname = current_database())
      and ((l.classid::bigint << 32) | l.objid::bigint) = {LOCK_KEY}
    union all select null, null limit 1""")

# Finds a transaction that has been reading one of the tables for longer than a try may last.
SLOW_READER = text("""
    select a.pid, to_char(a.xact_start, 'HH24:MI:SS TZ')
    from pg_locks l join pg_stat_activity a using (pid)
    where l.database = (select oid from pg_database where datname = current_database())
      and l.relation = any(select to_regclass(name) from unnest(cast(:tables as text[])) name)
      and l.granted and a.pid <> pg_backend_pid() and a.xact_start < clock_timestamp() - interval '100 ms'
    order by a.xact_start limit 1""")
SECONDS_BETWEEN_TRIES = 0.1
SECONDS_OF_TRIES = 60.0
LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def held(database: Database, work: str, refusal: type[WikishelfError]) -> Iterator[Connection]:
    """Hold the shelf's lock for this kind of work, and yield the autocommit connection that holds it.

    Raises
    ------
    refusal
        Another process holds the lock; `pid` and `since` say which process of the server it is.
    """
    with database.session() as connection:
        if not connection.scalar(text(f"select pg_try_advisory_lock({LOCK_KEY})"), {"work": work}):
            pid, since = connection.execute(HOLDER, {"work": work}).one()
            raise refusal(pid=pid, since=since)
        try:
            yield connection
        finally:
            if not connection.invalidated:  # after an interrupted statement the server has released the lock
                connection.execute(text(f"select pg_advisory_unlock({LOCK_KEY})"), {"work": work})


def between_readers(
    connection: Connection,
    tables: Sequence[str],
    statements: Callable[[], None],
    refusal: Callable[..., WikishelfError],
) -> None:
    """Run statements that need these tables to themselves, and hold up readers for a tenth of a second at most.

    All later readers queue behind a process that waits for such a lock. So a try ends after a tenth of a second, which
    lets the readers pass, and the next try starts when no long transaction reads. The locks are kept until the caller
    commits.

    Raises
    ------
    refusal
        No try succeeded for a minute; `reason` says who reads.
    """
    deadline = time.monotonic() + SECONDS_OF_TRIES
    while not _try(connection, statements):
        time.sleep(SECONDS_BETWEEN_TRIES)
        while reader := connection.execute(SLOW_READER, {"tables": list(tables)}).one_or_none():
            if time.monotonic() > deadline:
                reason = f"process {reader[0]} of the server has been reading it since {reader[1]}"
                raise refusal(reason=f"{reason}; wait for that query or end it, then run the same command again")
            time.sleep(SECONDS_BETWEEN_TRIES)
        if time.monotonic() > deadline:
            raise refusal(reason="others read it all the time; run the same command again when fewer do")


def _try(connection: Connection, statements: Callable[[], None]) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(text("set local lock_timeout = '100ms'"))
            statements()
            connection.execute(text("set local lock_timeout to default"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True
