"""Alembic's entry: one transaction for the missing migrations, the replayed SQL functions and the reader's rights."""

from alembic import context
from sqlalchemy import Connection, text

from db import opening, sql_files
from db.installing import migrate
from db.schema import metadata

# Made as they are needed, and not in db/schema.py: the area of imports, the vectors of each model, Alembic's own table.
UNDESCRIBED = ("_staging_", "_article_vectors_", "_link_vectors_", "_link_weights_", "alembic_version")


def _is_described(_: object, name: str | None, kind: str, *__: object) -> bool:
    return kind != "table" or not str(name).startswith(UNDESCRIBED)


def run(connection: Connection) -> None:
    """Migrate on `connection`, whose search_path begins with the shelf; one process at a time."""
    connection.execute(text("select pg_advisory_xact_lock(hashtext(current_schema() || '.migrate'))"))
    context.configure(
        connection=connection,
        target_metadata=metadata,
        compare_server_default=True,
        version_table_schema=connection.scalar(text("select current_schema()")),
        include_object=_is_described,
    )
    with context.begin_transaction():
        context.run_migrations()
        if context.get_context().get_current_revision() == migrate.head():
            sql_files.replay_functions(connection)
            sql_files.run_file(connection, "reader_role")


given = context.config.attributes.get("connection")
if given is not None:
    run(given)
else:
    with opening.connect(tables="any") as database, database.transaction() as own:
        run(own)
