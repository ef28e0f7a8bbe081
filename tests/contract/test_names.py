"""One verb, one set of arguments: SQL, Python, the command line and HTTP."""

import inspect
import re
import subprocess
import sys

import pytest
from sqlalchemy import text

import api
from api.service import app
from db import search
from db.connection import Database
from tests.conftest import ROOT

OPENAPI = app.create(api.Shelf(Database("postgresql://nobody@127.0.0.1:1/none")), api.Limits()).openapi()

FILTERED = ["count", "topic", "facets"]
RANKED = ["prominence", "exclude", "exclude_ids", "min_similarity"]
TASTE = ["likes", "dislikes", "weights"]
CHOICES = ["same_author", "same_series", "least", "exact"]
# The verb, its command and route, and its arguments in order.
VERBS = {
    "similar_articles": ("similar", "/articles/{title}/similar", ["title", *FILTERED, *CHOICES, *RANKED]),
    "similar_links": ("similar", "/links/{title}/similar", ["title", "count", "kind"]),
    "articles_near_link": ("near", "/links/{title}/articles", ["title", *FILTERED, *RANKED]),
    "links_near_article": ("lacking", "/articles/{title}/links", ["title", "count"]),
    "recommend_articles": (
        "recommend",
        "/recommend",
        ["likes", "dislikes", "weights", *FILTERED, "diversity", *RANKED],
    ),
    "explain_similarity": ("explain", "/explain", ["a", "b", "count"]),
    "search_articles": ("search", "/search", ["words", "count", "topic"]),
    "series_articles": ("series", "/articles/{title}/series", ["title"]),
}
# Where they are repeated.
SINGULAR = {
    "likes": "like",
    "dislikes": "dislike",
    "weights": "weight",
    "facets": "facet",
    "exclude_ids": "exclude_id",
}


@pytest.mark.parametrize("verb", VERBS)
def test_the_same_arguments_in_sql_and_python(database: Database, verb: str) -> None:
    *_, arguments = VERBS[verb]
    with database.session() as connection:
        query = "select proargnames from pg_proc where proname = :verb and proargtypes[0] <> 'bigint'::regtype"
        names = connection.scalar(text(query), {"verb": verb})
    assert names == arguments
    defaults = [inspect.signature(getattr(where, verb)).parameters for where in (api.Shelf, api.AsyncShelf, search)]
    assert [list(parameters)[1:] for parameters in defaults] == 3 * [arguments]
    assert len({str(list(parameters.values())[1:]) for parameters in defaults}) == 1


@pytest.mark.parametrize("verb", VERBS)
def test_the_same_arguments_on_the_command_line_and_over_http(verb: str) -> None:
    command, route, arguments = VERBS[verb]
    usage = subprocess.run(
        [sys.executable, "-m", "api", command, "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    asked = [SINGULAR.get(argument, argument) for argument in arguments]
    for name in asked:
        assert re.search(rf"(--|  |\()(?i:{name.replace('_', '-')})\b", usage), (name, usage)
    parameters = {given["name"] for given in OPENAPI["paths"][route]["get"]["parameters"]}
    assert parameters - {"by"} == set(asked)


def test_every_route_and_command_is_in_the_docs() -> None:
    service = (ROOT / "docs" / "service.md").read_text(encoding="utf-8")
    for route in OPENAPI["paths"]:
        assert f"`{route}" in service, route
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    usage = subprocess.run(
        [sys.executable, "-m", "api", "--help"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    commands = re.findall(r"^    (\w+) ", usage, re.MULTILINE)
    assert {command for command, _, _ in VERBS.values()} < set(commands)
    for command in commands:
        assert f"`{command}" in page, command


def test_a_query_client_starts_without_what_it_does_not_need() -> None:
    heavy = {"tensorflow", "alembic", "fastapi", "pandas", "matplotlib"}
    code = f"import sys, api, db.search; sys.exit(bool({heavy} & {{*sys.modules}}))"
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
