"""Run a search: check its arguments, fetch its rows, and find out why there are none."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Connection

from db.connection import Database
from db.errors import CountInvalid, TextInvalid, TextTooLong

# The types of the arguments in SQL, by the names that they have everywhere.
TYPES = {
    "title": "text",
    "article_id": "integer",
    "a": "text",
    "b": "text",
    "words": "text",
    "kind": "text",
    "count": "integer",
    "topic": "text",
    "facets": "jsonb",
    "same_author": "boolean",
    "same_series": "boolean",
    "least": "boolean",
    "exact": "boolean",
    "titles": "text[]",
    "authors": "text[]",
    "likes": "text[]",
    "dislikes": "text[]",
    "weights": "double precision[]",
    "diversity": "double precision",
    "prominence": "double precision",
    "exclude": "text[]",
    "exclude_ids": "integer[]",
    "min_similarity": "double precision",
}

# Such a function raises the reason why a search has no rows, if it finds one.
LONGEST_TEXT = 500  # characters; the titles of MediaWiki end at 255 bytes

Diagnose = Callable[[Connection], None]


def rows_or_reason(database: Database, verb: str, asked: Mapping[str, Any], diagnose: Diagnose) -> Sequence[Any]:
    """Return the rows of the SQL function `verb`; if there are none, let `diagnose` raise the reason.

    The search and the reason see the same model: an empty search is asked again in the transaction that looks for the
    reason, and its lock on the views keeps the model from being switched.

    Raises
    ------
    CountInvalid, TextInvalid
    WikishelfError
        The reason that `diagnose` raises. If it raises none, the answer is empty.
    """
    check(database, asked)
    query = call(database.schema, verb, tuple(asked))
    found: Sequence[Any] = database.fetch(query, asked)
    if not found:
        with database.transaction() as connection:
            found = connection.exec_driver_sql(query, dict(asked)).all()
            if not found:
                diagnose(connection)
    return found


@cache
def call(schema: str, verb: str, arguments: Sequence[str]) -> str:
    """Return a query that calls the function by named arguments; names are in quotes, because LEAST is a keyword."""
    given = ", ".join(f'"{name}" => %({name})s::{TYPES[name]}' for name in arguments)
    return f"select * from {schema}.{verb}({given})"


def check(database: Database, asked: Mapping[str, Any]) -> None:
    """Check the arguments that all verbs have in common.

    Raises
    ------
    CountInvalid, TextInvalid
    """
    count, most = asked.get("count", 1), database.limits.answers  # a series is as long as it is
    if not isinstance(count, int) or not 1 <= count <= most:
        raise CountInvalid(count=count, most=most)
    for field, value in asked.items():
        if field != "facets":  # `as_json` has checked their values
            check_text(field, value)


def check_text(field: str, value: Any) -> None:
    """Refuse text that PostgreSQL cannot hold; other values pass.

    Raises
    ------
    TextInvalid, TextTooLong
    """
    if isinstance(value, list):
        for item in value:
            check_text(field, item)
    if isinstance(value, str) and len(value) > LONGEST_TEXT:
        raise TextTooLong(field=field, length=len(value), most=LONGEST_TEXT)
    if isinstance(value, str) and ("\0" in value or any("\ud800" <= character <= "\udfff" for character in value)):
        raise TextInvalid(field=field)
