"""SQL files, run as they stand."""

import importlib.resources

from sqlalchemy import Connection

SQL = importlib.resources.files("db") / "sql"
FUNCTIONS = SQL / "functions"


def run(connection: Connection, script: str) -> None:
    """Run statements without parameters; "%" is an ordinary character."""
    connection.connection.cursor().execute(script)


def run_file(connection: Connection, name: str) -> None:
    """Run `db/sql/<name>.sql`."""
    run(connection, (SQL / f"{name}.sql").read_text(encoding="utf-8"))


def load_pgvector(connection: Connection) -> None:
    """Let this session store its settings: before pgvector is loaded only a superuser may."""
    run(connection, "select '[0]'::vector")


def replay_functions(connection: Connection) -> None:
    """Create or replace every SQL function from its file; they may call one another."""
    load_pgvector(connection)
    run(connection, "set local check_function_bodies = off")  # some call others that come later
    for path in sorted(FUNCTIONS.iterdir(), key=lambda path: path.name):
        run(connection, path.read_text(encoding="utf-8"))
