"""Alembic's entry: one transaction for the missing migrations, the replayed SQL functions and the reader's rights."""

from alembic import context
from sqlalchemy import Connection, text

from db import connection as db_connection
from db import migrate, sql_files
from db.schema import metadata


def run(connection: Connection) -> None:
    """Migrate on `connection`, one process at a time."""
    connection.execute(text("select pg_advisory_xact_lock(hashtext('wikishelf.migrate'))"))
    context.configure(connection=connection, target_metadata=metadata, compare_server_default=True)
    with context.begin_transaction():
        context.run_migrations()
        if context.get_context().get_current_revision() == migrate.head():
            sql_files.replay_functions(connection)
            sql_files.run_file(connection, "reader_role")


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with db_connection.connect(tables="any") as database, database.transaction() as own:
        run(own)
