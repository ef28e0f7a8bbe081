"""Bring the schema, tables and functions of a shelf up to date; Alembic is imported only when there is work."""

from sqlalchemy import Connection, text

from db import sql_files
from db.connection import Database
from db.installing import adoption, ground, revision

# These settings are for the embedded database, in which nobody else has tables. A filter that a person types on top of
# an HNSW scan gives too few rows unless the scan goes on (`iterative_scan`). Recall@10 with an `ef_search` of 20, 30
# and 40 was 0.976, 0.989 and 0.992 among 1,000,000 x 50 clustered vectors, and 1.000 among 37,020. From links to 9,926
# real books, with half of the questions filtered, it was 0.988 with 20, 0.990 with 24 and 0.994 with 30.
SEARCH_DEFAULTS = ("hnsw.iterative_scan = strict_order", "hnsw.ef_search = 30")


def upgrade(database: Database) -> str:
    """Make the schema if there is none, run the migrations that are missing and replay the SQL functions.

    All this is one transaction, during which searches wait for the tables that change.

    Returns
    -------
    str
        What was done, as a line for people.

    Raises
    ------
    RightsMissing, ExtensionMissing, SchemaTaken, SchemaNewer, AdoptionRefused
    """
    with database.transaction() as connection:
        found = bring(connection, database, revision.head())
    return outcome(database, found)


def outcome(database: Database, found: str | None) -> str:
    """Say in a line what an upgrade from this revision did."""
    if found is None:
        return f"made the shelf {database.schema} in {database.place}"
    if found < revision.head():
        return f"upgraded the shelf {database.schema} from revision {found} to {revision.head()}"
    return f"the shelf {database.schema} is up to date"


def bring(connection: Connection, database: Database, wanted: str) -> str | None:
    """Make the shelf, or bring it up or down to a revision, in the caller's transaction; return what it was before."""
    made = ground.prepare(connection, database)
    found = revision.revision(database)
    if adoption.is_due(connection, database.schema):
        made += adoption.adopt(connection, database.schema)
    migrate(connection, found, wanted)
    ground.note(connection, made)
    if database.is_embedded:
        set_defaults(connection)
        sql_files.run_file(connection, "closed")
    return found


def advice(database: Database) -> list[str]:
    """Say what an owner may want to do after an upgrade of their own server, for whose database nothing is set."""
    if database.is_embedded:
        return []
    with database.session() as connection:
        path, login, name = connection.execute(
            text("""
                select reset_val, quote_ident(current_user), quote_ident(current_database())
                from pg_settings where name = 'search_path'""")
        ).one()
        old_names = connection.scalar(text("select exists (select from _installed where object like 'view public.%')"))
    shelf, lines = database.schema, []
    if shelf not in path.split(", "):
        statement = f"alter role {login} in database {name} set search_path = {path}, {shelf};"
        lines.append(f"to write books instead of {shelf}.books, run:  {statement}")
    if old_names:
        lines.append('the old names in public answer as before; "python -m db uninstall --old-names" removes them')
    return lines


def set_defaults(connection: Connection) -> None:
    """Set the search defaults, and a search_path that includes this shelf, for the whole embedded database."""
    sql_files.load_pgvector(connection)
    path = connection.scalar(text("select reset_val from pg_settings where name = 'search_path'"))
    shelf = connection.scalar(text("select current_schema()"))
    others = [one for one in str(path).split(", ") if one not in {'"$user"', "public", shelf}]
    settings = (*SEARCH_DEFAULTS, f"search_path = {', '.join([*others, str(shelf), 'public'])}")
    for setting in settings:
        statement = f"execute format('alter database %I set {setting}', current_database())"
        sql_files.run(connection, f"do $$ begin {statement}; end $$")


def migrate(connection: Connection, found: str | None, wanted: str) -> None:
    """Run the migrations from one revision to another, in the caller's transaction; None is before the first."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(revision.SCRIPTS).replace("%", "%%"))
    config.attributes["connection"] = connection
    (command.downgrade if found and found > wanted else command.upgrade)(config, wanted)
