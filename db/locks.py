"""One process of a kind at a time, whoever dies lets go; and changes to what others read, without a queue."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from db.connection import Database
from db.errors import WikishelfError

KEY = "hashtext(current_schema() || '.' || :work)"  # an advisory lock is one of the whole database, a shelf is not
HOLDER = text(f"""
    select a.pid, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ')
    from pg_locks l join pg_stat_activity a using (pid)
    where l.locktype = 'advisory' and l.granted and l.objsubid = 1
      and l.database = (select oid from pg_database where datname = current_database())
      and ((l.classid::bigint << 32) | l.objid::bigint) = {KEY}
    union all select null, null limit 1""")

# A transaction that has read one of the tables for longer than a try may last.
SLOW_READER = text("""
    select a.pid, to_char(a.xact_start, 'HH24:MI:SS TZ')
    from pg_locks l join pg_stat_activity a using (pid)
    where l.database = (select oid from pg_database where datname = current_database())
      and l.relation = any(select to_regclass(name) from unnest(cast(:tables as text[])) name)
      and l.granted and a.pid <> pg_backend_pid() and a.xact_start < clock_timestamp() - interval '100 ms'
    order by a.xact_start limit 1""")
PAUSE, PATIENCE = 0.1, 60.0  # seconds
REMEDY = "wait for that query, or end it, and run the same again"
LOCK_NOT_AVAILABLE = "55P03"


@contextmanager
def held(database: Database, work: str, refusal: type[WikishelfError]) -> Iterator[Connection]:
    """Hold the shelf's lock for this kind of work; yields the connection in autocommit mode that holds it.

    Raises
    ------
    refusal
        Another process holds it; `pid` and `since` say which of the server's.
    """
    with database.session() as connection:
        if not connection.scalar(text(f"select pg_try_advisory_lock({KEY})"), {"work": work}):
            pid, since = connection.execute(HOLDER, {"work": work}).one()
            raise refusal(pid=pid, since=since)
        try:
            yield connection
        finally:
            if not connection.invalidated:  # as an interrupted statement leaves it; the server lets go of its locks
                connection.execute(text(f"select pg_advisory_unlock({KEY})"), {"work": work})


def between_readers(
    connection: Connection,
    tables: Sequence[str],
    statements: Callable[[], None],
    refusal: Callable[..., WikishelfError],
) -> None:
    """Run statements that need these tables to themselves, and hold up readers for a tenth of a second at most.

    Whoever waits for such a lock has all later readers wait behind it. So give up after a tenth of a second, let the
    others pass, and try again when no long transaction reads. The locks are kept until the caller commits.

    Raises
    ------
    refusal
        No luck for a minute; `reason` says who reads.
    """
    deadline = time.monotonic() + PATIENCE
    while not _try(connection, statements):
        time.sleep(PAUSE)
        while reader := connection.execute(SLOW_READER, {"tables": list(tables)}).one_or_none():
            if time.monotonic() > deadline:
                raise refusal(reason=f"process {reader[0]} of the server has read it since {reader[1]}; {REMEDY}")
            time.sleep(PAUSE)
        if time.monotonic() > deadline:
            raise refusal(reason=f"others read it all the time; {REMEDY}")


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
