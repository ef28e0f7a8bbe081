"""What a command loads: a question needs psycopg alone, and only a training needs TensorFlow."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from db.connection import Database
from tests.conftest import ROOT, as_url, new_database
from tests.support.planted import article, load, store_model

# To load one of these takes from a twentieth of a second to four seconds.
HEAVY = {"alembic", "jinja2", "keras", "matplotlib", "numpy", "scipy", "shtab", "sqlalchemy", "tensorflow", "uvicorn"}
# What the extra `train` brings.
TRAIN = {"keras", "openTSNE", "scipy", "sklearn", "tensorflow"}
WITHOUT_TRAIN = f"""
import runpy, sys
sys.modules.update(dict.fromkeys({sorted(TRAIN)}))  # such a module is not to be found
sys.argv.pop(0)
runpy.run_module(sys.argv[0], run_name="__main__", alter_sys=True)
"""
QUESTIONS = [["similar", "A"], ["recommend", "--like", "A"], ["explain", "A", "B"], ["lacking", "A"], ["search", "A"]]
COMMANDS = ["start", "stop", "status", "url", "upgrade", "uninstall", "save", "restore"]
TRAINS = ["models", "activate", "drop", "evaluate", "export", "fold-in", "index", "map"]


@pytest.fixture(scope="module")
def url(server_url: str, template: str) -> Iterator[str]:
    """A shelf of two articles and a model, which tests only read."""
    with new_database(server_url, template) as url:
        with Database(url) as database:
            load(database, article("A", ["Shared", "Own"]), article("B", ["Shared", "Other"]))
            store_model(database)
        yield as_url(url)


def run(*arguments: str, code: int = 0, **environment: str) -> str:
    """Run Python, which says on stderr what it loads, and return its stderr."""
    done = subprocess.run(
        [sys.executable, "-X", "importtime", *arguments],
        cwd=ROOT, env={**os.environ, **environment}, capture_output=True, text=True, timeout=280, check=False,
    )  # fmt: skip
    assert done.returncode == code, done.stderr[-2000:]
    return done.stderr


def loaded(*arguments: str, code: int = 0, **environment: str) -> set[str]:
    """The packages that Python loads."""
    lines = [line for line in run(*arguments, code=code, **environment).splitlines() if line.startswith("import time:")]
    return {line.rpartition("|")[2].strip().partition(".")[0] for line in lines}


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question[0])
def test_a_question_loads_the_driver_and_a_table_rich(url: str, question: list[str]) -> None:
    found = loaded("-m", "api", *question, "--json", DATABASE_URL=url)
    assert (found & {*HEAVY, "rich"}, found & {"psycopg"}) == (set(), {"psycopg"})
    assert loaded("-m", "api", *question, DATABASE_URL=url) & {*HEAVY, "rich"} == {"rich"}


def test_the_command_wikishelf_and_a_refusal_load_no_more(url: str) -> None:
    command = ("-c", "import wikishelf; wikishelf.main()", "api", "similar")
    assert "psycopg" in loaded(*command, "A", DATABASE_URL=url)
    assert loaded(*command, "A", DATABASE_URL=url) & HEAVY == set()
    assert loaded(*command, "Nobody", code=1, DATABASE_URL=url) & {*HEAVY, "rich"} == set()


@pytest.mark.parametrize("package", ["api", "db.opening", "db.search"])
def test_the_package_loads_no_more(package: str) -> None:
    found = loaded("-c", f"import {package}")
    assert (found & {*HEAVY, "rich"}, found & {"psycopg"}) == (set(), {"psycopg"})


@pytest.mark.parametrize(
    "command",
    [
        *(["-m", package] for package in ("api", "db", "ingest", "train", "sample")),
        *(["-m", "api", verb] for verb in ("similar", "map", "serve")),
        *(["-m", "db", verb] for verb in COMMANDS),
        *(["-m", "train", verb] for verb in TRAINS),
        ["-m", "ingest", "download"],
        ["-c", "import wikishelf; wikishelf.main()"],
    ],
    ids=" ".join,
)
def test_help_loads_nothing_heavy(command: list[str]) -> None:
    assert loaded(*command, "--help") & {*HEAVY, "rich"} == set()


def test_the_state_and_the_address_of_a_server_load_no_more(url: str) -> None:
    for command in ("status", "url"):
        assert loaded("-m", "db", command, DATABASE_URL=url) & {*HEAVY, "rich"} == set()


def test_a_list_of_models_is_what_these_tests_would_notice(url: str) -> None:
    assert loaded("-m", "train", "models", DATABASE_URL=url) & {*HEAVY, "rich"} == {"numpy", "rich", "sqlalchemy"}


def test_a_training_loads_no_more_of_keras_than_it_uses() -> None:
    loads = "import sys, train.backend; assert not {'sklearn', 'matplotlib'} & sys.modules.keys()"
    assert loaded("-c", f"{loads}; import sklearn, matplotlib") >= {"keras", "tensorflow"}  # Others still find them.


@pytest.mark.parametrize(
    ("command", "library"),
    [(["train"], "tensorflow"), (["train", "evaluate"], "tensorflow"), (["train", "map"], "openTSNE")],
)
def test_without_its_extra_a_training_says_what_to_install(url: str, command: list[str], library: str) -> None:
    said = run("-c", WITHOUT_TRAIN, *command, code=1, DATABASE_URL=url).splitlines()
    remedy = f'this needs {library}, which is not installed: pip install "wikishelf[train]"'
    assert [line for line in said if not line.startswith("import time:")] == [f"python -m train: {remedy}"]


def test_without_the_extra_everything_else_works(database_url: str, tmp_path: Path) -> None:
    with Database(database_url) as database:
        load(database, article("A", ["Shared"]), article("B", ["Shared"]))
        store_model(database)
    for command in (
        ["sample", str(tmp_path / "sample.xml.bz2")],
        ["ingest", str(tmp_path / "sample.xml.bz2"), "--topic", "book"],
        ["train", "fold-in"],
        ["train", "models"],
        ["train", "index"],
        ["train", "export", str(tmp_path / "exported")],
        ["train", "activate", "1"],
        ["api", "similar", "A"],
    ):
        run("-c", WITHOUT_TRAIN, *command, DATABASE_URL=as_url(database_url))
