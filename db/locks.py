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

# Older programs know only an advisory lock, whose key is made from the name of the shelf as well, because such a lock
# belongs to the whole database. Any login may take one. So what excludes others is the lock of a table, which takes the
# right to write, and an advisory lock counts where its holder has that right.
LOCK_KEY = "hashtext(current_schema() || '.' || :work)"
RIVAL = f"""
    select a.pid, to_char(a.backend_start, 'YYYY-MM-DD HH24:MI:SS TZ') as since
    from pg_locks l join pg_stat_activity a using (pid)
    where l.granted and l.database = (select oid from pg_database where datname = current_database())
      and (l.locktype = 'advisory' and l.objsubid = 1
           and ((l.classid::bigint << 32) | l.objid::bigint) = {LOCK_KEY}
           or l.locktype = 'relation' and l.relation = to_regclass(:table) and l.mode = 'ExclusiveLock')
      and a.pid <> pg_backend_pid() and has_table_privilege(a.usesysid, 'articles', 'insert')
    limit 1"""
NO_TIME_LIMIT = text("""
    select set_config(name, '0', true) from pg_settings
    where name in ('idle_in_transaction_session_timeout', 'transaction_timeout')""")

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
    """Hold the shelf's lock for this kind of work, and yield an autocommit connection.

    The transaction that holds it reads nothing and so keeps no dead rows alive.

    Raises
    ------
    refusal
        Another process holds the lock; `pid` and `since` say which process of the server it is.
    """
    with database.transaction() as guard:
        take(guard, work, refusal)
        with database.session() as connection:
            yield connection


def take(connection: Connection, work: str, refusal: type[WikishelfError]) -> None:
    """Take the lock for the caller's transaction.

    Raises
    ------
    refusal
        As `held` does.
    """
    connection.execute(NO_TIME_LIMIT)
    own = connection.scalar(text("select to_regclass(:table) is null"), names(work)) or _lock(connection, work)
    older = connection.scalar(text(f"select pg_try_advisory_xact_lock({LOCK_KEY})"), {"work": work})
    if not (own and older) and (rival := connection.execute(text(RIVAL), names(work)).one_or_none()):
        raise refusal(pid=rival.pid, since=rival.since)


def names(work: str) -> dict[str, str]:
    """Return the parameters of `RIVAL`, which finds another process that holds the lock."""
    return {"work": work, "table": f"_{work}_lock"}


def _lock(connection: Connection, work: str) -> bool:
    try:
        with connection.begin_nested():
            connection.execute(text(f"lock table _{work}_lock in exclusive mode nowait"))
    except OperationalError as error:
        if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
            raise
        return False
    return True


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
