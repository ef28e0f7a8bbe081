"""Read the rows of a query a few at a time, so that memory does not grow with them."""

from typing import Any

from sqlalchemy import Connection, Result, text


def stream(connection: Connection, query: str, rows: int) -> Result[Any]:
    """Run a query by a cursor of the server, which sends so many rows at a time; other statements may run between."""
    return connection.execute(text(query), execution_options={"yield_per": rows})
