"""Every error that a user can see is in the docs, with its message."""

import importlib
import re

import pytest

from db.errors import WikishelfError
from tests.conftest import ROOT

for package in ("db", "ingest", "train", "api", "sample", "wikishelf"):
    for path in (ROOT / package).rglob("*.py"):
        if "(WikishelfError):" in path.read_text(encoding="utf-8"):
            importlib.import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def all_errors(root: type[WikishelfError] = WikishelfError) -> list[type[WikishelfError]]:
    return [error for child in root.__subclasses__() for error in [child, *all_errors(child)]]


PAGE = (ROOT / "docs" / "errors.md").read_text(encoding="utf-8")
LISTED = dict(re.findall(r"^\| `(\w+)` \| (.+) \|$", PAGE, re.MULTILINE))


@pytest.mark.parametrize("error", all_errors(), ids=lambda error: error.__name__)
def test_the_message_is_in_the_docs_and_one_line(error: type[WikishelfError]) -> None:
    assert LISTED.get(error.__name__) == error.template.strip()
    fields = set(re.findall(r"{(\w+)}", error.template))
    message = str(error(**dict.fromkeys(fields, "x")))
    assert "\n" not in message
    assert "{" not in message


def test_nothing_is_listed_that_does_not_exist() -> None:
    assert LISTED.keys() == {error.__name__ for error in all_errors()}
