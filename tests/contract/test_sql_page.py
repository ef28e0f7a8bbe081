"""Every SQL function stands on a page, in an example that runs (tests/acceptance/test_code_blocks.py)."""

import re

import pytest
from sqlalchemy import text

from db import sql_files
from db.connection import Database
from tests.conftest import ROOT

PAGE = "".join((ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("search-in-sql.md", "sql-parts.md"))
EXAMPLES = "\n".join(re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL))
SIGNATURES = dict(re.findall(r"^\| `(\w+)\((.*?)\)`", PAGE, re.MULTILINE))


@pytest.mark.parametrize("function", [name for name in sql_files.function_names() if not name.startswith("_")])
def test_the_function_is_listed_and_called(function: str) -> None:
    assert f"`{function}" in PAGE
    assert f"{function}(" in EXAMPLES


def test_the_questions_are_listed_as_they_are_called(database: Database) -> None:
    questions = [name for name, arguments in SIGNATURES.items() if "count bigint = 10" in arguments]
    assert len(questions) == 9
    query = text("select pg_get_function_arguments(oid) from pg_proc where proname = :name")
    with database.session() as connection:
        for name in questions:
            stored = [
                re.sub(
                    r"(?:NULL|'\{\}')::[a-z ]+(?:\[\])?", lambda found: found[0].split("::")[0].lower(), arguments
                ).replace(" DEFAULT ", " = ")
                for arguments in connection.scalars(query, {"name": name})
            ]
            assert SIGNATURES[name] in stored, stored
