"""How a search is asked: its arguments checked, its rows fetched, and why there are none."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from db.connection import Database
from db.errors import TextInvalid


def rows(
    database: Database, query: str, asked: Mapping[str, Any], explain: Callable[[Connection], None]
) -> Sequence[Any]:
    """The rows; or why there are none, from the same model: the transaction's lock on the view holds off a switch.

    Raises
    ------
    TextInvalid
    WikishelfError
        What `explain` raises; where it raises nothing, there are no rows.
    """
    for field, value in asked.items():
        check_text(field, value)
    found: Sequence[Any] = database.fetch(query, asked)
    if not found:
        with database.transaction() as connection:
            found = connection.exec_driver_sql(query, dict(asked)).all()
            if not found:
                explain(connection)
    return found


def check_text(field: str, value: Any) -> None:
    """Refuse text that PostgreSQL cannot hold; other values pass.

    Raises
    ------
    TextInvalid
    """
    if isinstance(value, list):
        for item in value:
            check_text(field, item)
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= character <= "\udfff" for character in value)):
        raise TextInvalid(field=field)
