"""Alembic's entry: one transaction migrates, makes the SQL functions anew and grants the reader's rights."""

from alembic import context
from sqlalchemy import Connection, text

from db import opening, sql_files
from db.installing import revision
from db.schema import metadata

# Not in db/schema.py, because each is made when it is needed: the staging area, each model's vectors and map,
# Alembic's own table.
UNDESCRIBED = ("_staging_", "_article_vectors_", "_link_vectors_", "_link_weights_", "_map_", "alembic_version")


def _is_described(_: object, name: str | None, kind: str, *__: object) -> bool:
    return kind != "table" or not str(name).startswith(UNDESCRIBED)


def run(connection: Connection) -> None:
    """Migrate on `connection`, whose search_path begins with the shelf; only one process does so at a time."""
    _wait_for_others(connection)
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_server_default=True,
        version_table_schema=connection.scalar(text("select current_schema()")),
        include_object=_is_described,
    )
    with context.begin_transaction():
        context.run_migrations()
        if context.get_context().get_current_revision() == revision.head():
            sql_files.replay_functions(connection)
            sql_files.run_file(connection, "reader_role")


def _wait_for_others(connection: Connection) -> None:
    """Let one process migrate at a time; whoever may not write cannot hold up one that may."""
    if connection.scalar(text("select to_regclass('alembic_version')")):
        connection.execute(text("lock table alembic_version in share row exclusive mode"))
    else:
        connection.execute(text("select pg_advisory_xact_lock(hashtext(current_schema() || '.migrate'))"))


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with opening.connect(tables="any") as database, database.transaction() as own:
        run(own)
