"""Schema and functions brought up to date; Alembic is imported only when there is work."""

import importlib.resources
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from db import sql_files

if TYPE_CHECKING:
    from db.connection import Database

# A filter typed on top of an HNSW scan gives too few rows unless the scan goes on: `iterative_scan`. Recall@10 with
# `ef_search` 20 / 30 / 40: 0.976 / 0.989 / 0.992 among 1,000,000 x 50 clustered vectors, 1.000 among 37,020; from links
# to 9,926 real books, half of the questions filtered, 0.988 with 20, 0.990 with 24 and 0.994 with 30.
SEARCH_DEFAULTS = ("hnsw.iterative_scan = strict_order", "hnsw.ef_search = 30")


def head() -> str:
    """The newest revision: migrations are numbered files, `0001_...py` onwards."""
    return max(path.stem[:4] for path in (_scripts() / "versions").glob("[0-9]*.py"))


def is_current(database: "Database") -> bool:
    """Whether the database is at the newest revision."""
    with database.session() as connection:
        if connection.scalar(text("select to_regclass('alembic_version')")) is None:
            return False
        return bool(connection.scalar(text("select version_num from alembic_version")) == head())


def upgrade(database: "Database") -> None:
    """Run the migrations that are missing and replay the SQL functions, in one transaction."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_scripts()).replace("%", "%%"))
    with database.transaction() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    with database.transaction() as connection:
        set_search_defaults(connection)


def set_search_defaults(connection: Connection) -> None:
    """Make the search settings the database's own, so that psql and every client share them."""
    sql_files.load_pgvector(connection)
    commands = "\n".join(
        f"execute format('alter database %I set {setting}', current_database());" for setting in SEARCH_DEFAULTS
    )
    sql_files.run(
        connection,
        f"""do $$ begin {commands}
        exception when insufficient_privilege then
            raise warning 'search settings are not stored: only the owner of the database may';
        end $$""",
    )


def _scripts() -> Path:
    return Path(str(importlib.resources.files("migrations")))
