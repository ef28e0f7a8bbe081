"""A question as a statement for psql."""

import json
from typing import Any

from api.commands import Question


def statement(question: Question) -> str:
    """The call of the SQL function, by named arguments; LEAST is a keyword, so that names stand in quotes."""
    arguments = ", ".join(f"{_name(name)} => {literal(value)}" for name, value in question.arguments.items())
    return f"select * from {question.verb}({arguments});"


def literal(value: Any) -> str:
    """A value as SQL.

    Text stands in an E'' string where it holds a backslash, so that it means the same whatever
    standard_conforming_strings is.
    """
    match value:
        case bool() | int() | float():
            return str(value).lower()
        case list():
            return f"array[{', '.join(map(literal, value))}]"
        case dict():
            return literal(json.dumps(value, ensure_ascii=False))
        case _:
            quoted = str(value).replace("'", "''")
            return "E'" + quoted.replace("\\", "\\\\") + "'" if "\\" in quoted else f"'{quoted}'"


def _name(name: str) -> str:
    return f'"{name}"' if name == "least" else name
