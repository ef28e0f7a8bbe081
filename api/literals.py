"""Write a question as a statement for psql."""

import json
from typing import Any

from api.commands import Question


def statement(question: Question) -> str:
    """Write the call of the SQL function by named arguments; least is quoted, because LEAST is a keyword."""
    arguments = ", ".join(f"{_name(name)} => {literal(value)}" for name, value in question.arguments.items())
    return f"select * from {question.verb}({arguments});"


def literal(value: Any) -> str:
    """Write a value as SQL.

    A text that holds a backslash is written as an E'' string, which means the same under any value of
    standard_conforming_strings.
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
