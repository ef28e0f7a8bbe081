"""Make what a shelf needs, two extensions and a schema, if it is missing and the login may make it."""

from collections.abc import Sequence

from psycopg import errors as postgres
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from db import sql_files
from db.connection import Database, set_search_path, without_password
from db.errors import ExtensionMissing, RightsMissing, SchemaTaken

EXTENSIONS = ("vector", "pg_trgm")

# Finds anything in the schema that does not belong to an extension.
CONTENT = text("""
    select c.relname from pg_class c
    where c.relnamespace = to_regnamespace(:schema) and c.relkind in ('r', 'p', 'v', 'm', 'f', 'S')
      and not exists (select from pg_depend d where d.objid = c.oid and d.deptype = 'e')
    union all
    select p.proname from pg_proc p
    where p.pronamespace = to_regnamespace(:schema)
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
    order by 1 limit 1""")


def revision(connection: Connection, database: Database) -> str | None:
    """Return the revision of the shelf, or None if there is no shelf.

    Raises
    ------
    SchemaTaken
        The revision belongs to another program.
    """
    table = f"{database.schema}.alembic_version"
    if connection.scalar(text("select to_regclass(:table)"), {"table": table}) is None:
        return None
    found = connection.scalar(text(f"select max(version_num) from {table}"))
    if found is not None and not found.isdigit():
        raise _taken(database, "alembic_version")
    return str(found) if found else None


def prepare(connection: Connection, database: Database) -> list[str]:
    """Make what is missing, in the caller's transaction.

    Returns
    -------
    list of str
        What was made, as `drop` takes it: "extension vector", "schema wikishelf".

    Raises
    ------
    RightsMissing
        The message has the statements for an administrator.
    ExtensionMissing, SchemaTaken
    """
    if revision(connection, database) is not None:
        return []
    other = connection.scalar(CONTENT, {"schema": database.schema})
    if other is not None:
        raise _taken(database, other)
    connection.execute(text("set local search_path to default"))  # extensions go where this login makes things
    wanted = [(f"extension {name}", f"create extension {name}") for name in _missing_extensions(connection, database)]
    login = connection.scalar(text("select quote_ident(current_user)"))
    if connection.scalar(text("select to_regnamespace(:schema)"), {"schema": database.schema}) is None:
        statement = f"create schema {database.schema}"
        wanted.append((f"schema {database.schema}", f"{statement} authorization {login}"))
    elif not connection.scalar(text("select has_schema_privilege(:schema, 'create')"), {"schema": database.schema}):
        grant = f"grant usage, create on schema {database.schema} to {login}"
        raise RightsMissing(url=without_password(database.url), statements=grant)
    refused = [statement for _, statement in wanted if not _run(connection, statement)]
    if refused:
        raise RightsMissing(url=without_password(database.url), statements="; ".join(refused))
    set_search_path(connection, database.schema, local=True)
    return [name for name, _ in wanted]


def note(connection: Connection, made: Sequence[str]) -> None:
    """Remember what an upgrade made, for an uninstall."""
    for name in made:
        insert = text("insert into _installed (object) values (:name) on conflict do nothing")
        connection.execute(insert, {"name": name})


def _missing_extensions(connection: Connection, database: Database) -> list[str]:
    query = text("select name, installed_version is not null from pg_available_extensions where name = any(:names)")
    known = {row[0]: row[1] for row in connection.execute(query, {"names": list(EXTENSIONS)})}
    for name in EXTENSIONS:
        if name not in known:
            raise ExtensionMissing(url=without_password(database.url), name=name)
    return [name for name in EXTENSIONS if not known[name]]


def _run(connection: Connection, statement: str) -> bool:
    """Run the statement; return False if the login may not."""
    try:
        with connection.begin_nested():
            sql_files.run(connection, statement)
    except (ProgrammingError, postgres.InsufficientPrivilege) as error:
        if not isinstance(getattr(error, "orig", error), postgres.InsufficientPrivilege):
            raise
        return False
    return True


def _taken(database: Database, example: str) -> SchemaTaken:
    return SchemaTaken(schema=database.schema, url=without_password(database.url), example=example)
