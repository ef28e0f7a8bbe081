"""One verb, one set of arguments: SQL, Python and the command line."""

import inspect
import re
import subprocess
import sys

import pytest
from sqlalchemy import text

import api
from db import search
from db.connection import Database
from tests.conftest import ROOT

VERBS = {
    "similar_articles": ("similar", ["title", "count", "topic"]),
    "similar_links": ("similar", ["title", "count"]),
    "search_articles": ("search", ["words", "count"]),
}


@pytest.mark.parametrize("verb", VERBS)
def test_the_same_arguments_everywhere(database: Database, verb: str) -> None:
    command, arguments = VERBS[verb]
    with database.query() as connection:
        names = connection.scalar(text("select proargnames from pg_proc where proname = :verb"), {"verb": verb})
    assert names == arguments
    assert list(inspect.signature(getattr(api.Shelf, verb)).parameters)[1:] == arguments
    assert list(inspect.signature(getattr(search, verb)).parameters)[1:] == arguments
    usage = subprocess.run(
        [sys.executable, "-m", "api", command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for argument in arguments:
        assert re.search(rf"(--|  ){argument}\b", usage), usage


def test_a_query_client_starts_without_tensorflow() -> None:
    code = "import sys, api, db.search; sys.exit('tensorflow' in sys.modules or 'alembic' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


@pytest.mark.parametrize("command", ["db", "ingest", "train", "api"])
def test_every_command_explains_itself_quickly(command: str) -> None:
    code = f"""
import runpy, sys
sys.argv = ["{command}", "--help"]
try:
    runpy.run_module("{command}", run_name="__main__")
except SystemExit as end:
    assert end.code == 0
assert "tensorflow" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.startswith(f"usage: python -m {command}")


def test_the_console_command_is_the_same_mains() -> None:
    code = "import sys, wikishelf; sys.argv = ['wikishelf', 'api', 'similar', '--help']; wikishelf.main()"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert "--link" in done.stdout
    code = "import sys, wikishelf; sys.argv = ['wikishelf', 'nonsense']; wikishelf.main()"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=False).returncode == 2
