"""Make what a shelf needs, two extensions and a schema, if it is missing and the login may make it."""

import importlib.resources
from collections.abc import Sequence
from pathlib import Path

from psycopg import errors as postgres
from sqlalchemy import Connection, text
from sqlalchemy.exc import ProgrammingError

from db import sql_files
from db.connection import Database, set_search_path, without_password
from db.errors import ExtensionMissing, RightsMissing, SchemaNewer, SchemaTaken

SCRIPTS = Path(str(importlib.resources.files("migrations")))
EXTENSIONS = ("vector", "pg_trgm")

# Finds the schema of an extension whose names this login may not use.
HIDDEN = text("""
    select quote_ident(n.nspname) from pg_extension e join pg_namespace n on n.oid = e.extnamespace
    where e.extname = any(:names) and not has_schema_privilege(n.oid, 'usage') limit 1""")

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


def head() -> str:
    """Return the newest revision; migrations are numbered files, from `0001_...py` on."""
    return max(path.stem[:4] for path in (SCRIPTS / "versions").glob("[0-9]*.py"))


def revision(connection: Connection, database: Database) -> str | None:
    """Return the revision of the shelf, or None if there is no shelf.

    Raises
    ------
    SchemaTaken
        The revision belongs to another program.
    SchemaNewer
        This program does not know the revision.
    """
    table = f"{database.schema}.alembic_version"
    if connection.scalar(text("select to_regclass(:table)"), {"table": table}) is None:
        return None
    found = connection.scalar(text(f"select max(version_num) from {table}"))
    if found is not None and not found.isdigit():
        raise _taken(database, "alembic_version")
    if found is not None and found > head():
        url = without_password(database.url)
        raise SchemaNewer(schema=database.schema, url=url, stored=found, known=head())
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
    login = connection.scalar(text("select quote_ident(current_user)"))
    if hidden := connection.scalar(HIDDEN, {"names": list(EXTENSIONS)}):
        raise _rights_missing(database, f"grant usage on schema {hidden} to {login}")
    if revision(connection, database) is not None:
        return []
    other = connection.scalar(CONTENT, {"schema": database.schema})
    if other is not None:
        raise _taken(database, other)
    connection.execute(text("set local search_path to default"))  # extensions go where this login makes things
    extensions = _missing_extensions(connection, database)
    if extensions and connection.scalar(text("select current_schema()")) is None:
        made = [f"create extension {name} schema extensions" for name in extensions]
        raise _rights_missing(
            database, "create schema extensions", *made, f"grant usage on schema extensions to {login}"
        )
    wanted = [(f"extension {name}", f"create extension {name}") for name in extensions]
    if connection.scalar(text("select to_regnamespace(:schema)"), {"schema": database.schema}) is None:
        statement = f"create schema {database.schema}"
        wanted.append((f"schema {database.schema}", f"{statement} authorization {login}"))
    elif not connection.scalar(text("select has_schema_privilege(:schema, 'create')"), {"schema": database.schema}):
        raise _rights_missing(database, f"grant usage, create on schema {database.schema} to {login}")
    refused = [statement for _, statement in wanted if not _run(connection, statement)]
    if refused:
        raise _rights_missing(database, *refused)
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


def _rights_missing(database: Database, *statements: str) -> RightsMissing:
    return RightsMissing(url=without_password(database.url), statements="; ".join(statements))


def _taken(database: Database, example: str) -> SchemaTaken:
    return SchemaTaken(schema=database.schema, url=without_password(database.url), example=example)
