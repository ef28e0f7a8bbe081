"""Make what a shelf needs, two extensions and a schema, if it is missing and the login may make it."""

from collections.abc import Sequence

from psycopg import errors as postgres
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from db import sql_files
from db.connection import Database, without_password
from db.engine import set_search_path
from db.errors import DatabaseRefused, ExtensionMissing, RightsMissing
from db.installing.revision import revision, taken

EXTENSIONS = ("vector", "pg_trgm")

# Finds the schemas of the extensions and of the shelf whose names this login may not use.
HIDDEN = text("""
    select distinct format('grant %s on schema %I to %I',
                           case n.nspname when :schema then 'usage, create' else 'usage' end, n.nspname, current_user)
    from pg_namespace n left join pg_extension e on e.extnamespace = n.oid and e.extname = any(:extensions)
    where (e.oid is not null or n.nspname = :schema) and not has_schema_privilege(n.oid, 'usage') order by 1""")

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
    named = {"schema": database.schema, "extensions": list(EXTENSIONS)}
    if hidden := connection.scalars(HIDDEN, named).all():
        raise _rights_missing(database, hidden)
    if revision(database) is not None:
        return []
    if (other := connection.scalar(CONTENT, named)) is not None:
        raise taken(database, other)
    connection.execute(text("set local search_path to default"))  # extensions go where this login makes things
    login = str(connection.scalar(text("select quote_ident(current_user)")))
    wanted = {**_missing_extensions(connection, database, login), **_missing_schema(connection, database, login)}
    refused = [statement for statement in wanted.values() if not _run(connection, database, statement)]
    if refused:
        raise _rights_missing(database, refused)
    set_search_path(connection, database.schema, local=True)
    return list(wanted)


def note(connection: Connection, made: Sequence[str]) -> None:
    """Remember what an upgrade made, for an uninstall."""
    for name in made:
        insert = text("insert into _installed (object) values (:name) on conflict do nothing")
        connection.execute(insert, {"name": name})


def _missing_extensions(connection: Connection, database: Database, login: str) -> dict[str, str]:
    """Return what makes each extension that is not there."""
    query = text("select name, installed_version is not null from pg_available_extensions where name = any(:names)")
    known = {row[0]: row[1] for row in connection.execute(query, {"names": list(EXTENSIONS)})}
    for name in EXTENSIONS:
        if name not in known:
            raise ExtensionMissing(url=without_password(database.url), name=name)
    wanted = {f"extension {name}": f"create extension {name}" for name in EXTENSIONS if not known[name]}
    if wanted and connection.scalar(text("select current_schema()")) is None:
        made = [f"{statement} schema extensions" for statement in wanted.values()]
        grant = f"grant usage on schema extensions to {login}"
        raise _rights_missing(database, ["create schema extensions", *made, grant])
    return wanted


def _missing_schema(connection: Connection, database: Database, login: str) -> dict[str, str]:
    schema = database.schema
    if connection.scalar(text("select to_regnamespace(:schema)"), {"schema": schema}) is None:
        return {f"schema {schema}": f"create schema {schema} authorization {login}"}
    if not connection.scalar(text("select has_schema_privilege(:schema, 'create')"), {"schema": schema}):
        raise _rights_missing(database, [f"grant usage, create on schema {schema} to {login}"])
    return {}


def _run(connection: Connection, database: Database, statement: str) -> bool:
    """Run the statement; return False if the login may not.

    Raises
    ------
    DatabaseRefused
        The server has another reason: a host does not offer the extension, or its files are damaged.
    """
    try:
        with connection.begin_nested():
            sql_files.run(connection, statement)
    except (DBAPIError, postgres.Error) as error:
        cause = getattr(error, "orig", error)
        if isinstance(cause, postgres.InsufficientPrivilege):
            return False
        reason = f"{statement}: {str(cause).splitlines()[0]}"
        raise DatabaseRefused(url=without_password(database.url), reason=reason) from error
    return True


def _rights_missing(database: Database, statements: Sequence[str]) -> RightsMissing:
    return RightsMissing(url=without_password(database.url), statements="; ".join(statements))
