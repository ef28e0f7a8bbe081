"""Remove a shelf: exactly what an upgrade made, and nothing that belongs to others."""

from collections.abc import Iterator
from contextlib import contextmanager

from psycopg import errors as postgres
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from db import locks, sql_files
from db.connection import Database, without_password
from db.errors import ImportInProgress, TrainingInProgress
from db.installing import revision
from db.installing.errors import NothingInstalled, UninstallRefused
from db.models.registry import LOCK
from db.schema import metadata

# Functions depend on views and tables, views on tables, indexes on fold_title, and columns on _placed. So this is the
# order of the drops. If others have put something into the schema, it stays, and the schema stays with it.
STATEMENTS = text("""
    with found as (
        select case when p.proname in ('fold_title', '_placed') then 4 else 1 end as turn, 'function' as kind,
               p.proname as name, p.oid::regprocedure::text as identity
        from pg_proc p where p.pronamespace = cast(:schema as regnamespace)
        union all
        select case c.relkind when 'v' then 2 when 'r' then 3 else 5 end,
               case c.relkind when 'v' then 'view' when 'r' then 'table' else 'type' end,
               c.relname, format('%I.%I', c.relnamespace::regnamespace, c.relname)
        from pg_class c where c.relnamespace = cast(:schema as regnamespace) and c.relkind in ('v', 'r', 'c')
    )
    select format('drop %s %s', kind, string_agg(identity, ', ')) from found
    where name like '\\_%' or name = any(:names) or name in (select view from _topic_views)
    group by turn, kind order by turn""")
VIEWS = (
    "article_vectors",
    "link_vectors",
    "article_labels",
    "article_positions",
    "map_regions",
    "alembic_version",
    "fold_title",
)
TYPES = (
    "similar_article",
    "similar_link",
    "found_article",
    "near_link",
    "explained_link",
    "series_article",
    "region_article",
)


def uninstall(database: Database) -> list[str]:
    """Remove the shelf, in one transaction.

    Returns
    -------
    list of str
        Lines that say what was removed, and what was left and why.

    Raises
    ------
    NothingInstalled, SchemaNewer
    UninstallRefused
        Something that belongs to others uses the shelf.
    ImportInProgress, TrainingInProgress
    """
    with database.transaction() as connection, _refused(database):
        _check_installed(database)
        locks.take(connection, "import", ImportInProgress)
        locks.take(connection, LOCK, TrainingInProgress)
        made = list(connection.scalars(text("select object from _installed order by number desc")))
        _drop_all(connection, _old_names(made))
        names = [*sql_files.function_names(), *metadata.tables, *VIEWS, *TYPES]
        for statement in connection.scalars(STATEMENTS, {"schema": database.schema, "names": names}).all():
            sql_files.run(connection, statement)
        _take_rights(connection, database.schema)
        outside = [_drop(connection, name) for name in made if not _is_old_name(name)]
        return [f"removed the tables, views and functions of {database.schema}", *outside]


def drop_old_names(database: Database) -> list[str]:
    """Remove the old names that a database from before shelves keeps in the schema public.

    Raises
    ------
    NothingInstalled, SchemaNewer, UninstallRefused
    """
    with database.transaction() as connection, _refused(database):
        _check_installed(database)
        names = _old_names(list(connection.scalars(text("select object from _installed order by number desc"))))
        _drop_all(connection, names)
        connection.execute(text("delete from _installed where object = any(:names)"), {"names": names})
    return [f"removed {name}" for name in names] or ["there are no old names"]


def _check_installed(database: Database) -> None:
    if revision.revision(database) is None:
        raise NothingInstalled(url=without_password(database.url), schema=database.schema)


def _is_old_name(name: str) -> bool:
    return name.startswith(("view public.", "function public.", "type public."))


def _old_names(made: list[str]) -> list[str]:
    return [name for name in made if _is_old_name(name)]


def _drop_all(connection: Connection, names: list[str]) -> None:
    for name in names:
        sql_files.run(connection, f"drop {name}")


def _take_rights(connection: Connection, schema: str) -> None:
    """Revoke the reader's rights to the schema, because a schema that was there before stays."""
    if connection.scalar(text("select to_regrole(:role)"), {"role": f"{schema}_reader"}) is not None:
        sql_files.run(connection, f"revoke all on schema {schema} from {schema}_reader")


def _drop(connection: Connection, name: str) -> str:
    """Drop something that others may use as well; keep it if they do."""
    try:
        with connection.begin_nested():
            sql_files.run(connection, f"drop {name}")
    except (DBAPIError, postgres.Error) as error:
        reason = str(getattr(error, "orig", error)).splitlines()[0]
        return f"kept the {name}: {reason}"
    return f"removed the {name}"


@contextmanager
def _refused(database: Database) -> Iterator[None]:
    try:
        yield
    except (DBAPIError, postgres.Error) as error:
        cause = getattr(error, "orig", error)
        if not isinstance(cause, postgres.DependentObjectsStillExist):
            raise
        detail = (cause.diag.message_detail or str(cause)).splitlines()[0]
        raise UninstallRefused(schema=database.schema, reason=detail) from error
