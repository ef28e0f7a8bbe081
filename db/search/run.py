"""Run a search: check its arguments, fetch its rows, and find out why there are none."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from psycopg.errors import InvalidParameterValue

from db.connection import Database
from db.link import Link
from db.search.arguments import ARGUMENTS, read

# Such a function raises the reason why a search has no rows, if it finds one.
Diagnose = Callable[[Link], None]


def rows_or_reason(database: Database, verb: str, asked: Mapping[str, Any], diagnose: Diagnose) -> Sequence[Any]:
    """Return the rows of the SQL function `verb`; if there are none, let `diagnose` raise the reason.

    The search and the reason see the same model: an empty search is asked again in the transaction that looks for the
    reason, and its lock on the views keeps the model from being switched.

    Raises
    ------
    WikishelfError
        What is wrong with an argument (`db.search.arguments.read`), or the reason that `diagnose` raises. If it raises
        none, the answer is empty.
    """
    asked = read(database.limits, asked)
    query = call(database.schema, verb, tuple(asked))
    found = fetched(database, query, asked, diagnose)
    if not found:
        with database.reading() as connection:
            found = connection.execute(query.encode(), asked).fetchall()
            if not found:
                diagnose(connection)
    return found


def fetched(database: Database, query: str, asked: Mapping[str, Any], diagnose: Diagnose) -> Sequence[Any]:
    """Return the rows; where SQL refuses an argument, such as an unknown topic, let `diagnose` raise the reason."""
    try:
        return database.fetch(query, asked)
    except InvalidParameterValue:
        with database.reading() as connection:
            diagnose(connection)
        raise


@cache
def call(schema: str, verb: str, arguments: Sequence[str]) -> str:
    """Return a query that calls the function by named arguments; names are in quotes, because LEAST is a keyword."""
    given = ", ".join(f'"{name}" => %({name})s::{ARGUMENTS[name].type}' for name in arguments)
    return f"select * from {schema}.{verb}({given})"
