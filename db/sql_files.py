"""Run SQL files as they stand."""

import importlib.resources
import re
from graphlib import TopologicalSorter

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
    """Load pgvector: until then only a superuser may store its settings for a database."""
    run(connection, "select '[0]'::vector")


def replay_functions(connection: Connection) -> None:
    """Create or replace every SQL function from its file.

    A body written as `begin atomic` is bound to what it names when the function is made. So it works under any
    search_path, and the functions that it calls are made first.
    """
    load_pgvector(connection)
    sources = {path.name.removesuffix(".sql"): path.read_text(encoding="utf-8") for path in FUNCTIONS.iterdir()}
    calls = {
        name: {other for other in sources if re.search(rf"\b{other}\(", source)} for name, source in sources.items()
    }
    for name in TopologicalSorter({name: called - {name} for name, called in sorted(calls.items())}).static_order():
        run(connection, sources[name])


def function_names() -> list[str]:
    """Return the names of all SQL functions that have a file."""
    return [path.name.removesuffix(".sql") for path in FUNCTIONS.iterdir()]
