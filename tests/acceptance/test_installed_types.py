"""The wheel, installed elsewhere: mypy knows the attributes of records, and the service serves its pages."""

import shutil
import subprocess
import sys
import sysconfig
import venv
from pathlib import Path

import pytest

from db.connection import Database
from tests.conftest import ROOT, as_url
from tests.support.markup import read
from tests.support.planted import article, load, store_model
from tests.support.serving import serving

EXAMPLE = """
import api
import db.connection
import ingest.topics.catalogue
import migrations
import sample
import train.config

with api.connect() as shelf:
    for article in shelf.similar_articles("Dracula"):
        print(article.title.upper(), article.{attribute})
"""


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of a new environment that has our wheel, and all else from the environment of the tests."""
    folder = tmp_path_factory.mktemp("installed")
    sources = shutil.ignore_patterns(".*", "__pycache__", "build", "dist", "*.egg-info")
    shutil.copytree(ROOT, folder / "checkout", ignore=sources)
    pip("wheel", "--no-build-isolation", "--wheel-dir", str(folder), str(folder / "checkout"))
    (wheel,) = folder.glob("*.whl")
    venv.create(folder / "venv", symlinks=True)
    python = folder / "venv" / "bin" / "python"
    pip("--python", str(python), "install", str(wheel))
    (packages,) = (folder / "venv" / "lib").glob("python*/site-packages")
    # An installation of the checkout in edit mode is not seen: it needs the .pth files of its own folder to be read.
    (packages / "tests.pth").write_text(f"{sysconfig.get_path('platlib')}\n", encoding="utf-8")
    return python


def pip(*arguments: str) -> None:
    """Run pip without the internet and without dependencies."""
    options = ("--quiet", "--disable-pip-version-check")
    command = [sys.executable, "-m", "pip", *options, *arguments, "--no-deps", "--no-index"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_types_of_records_are_installed(python: Path, tmp_path: Path) -> None:
    (tmp_path / "right.py").write_text(EXAMPLE.format(attribute="similarity"))
    (tmp_path / "wrong.py").write_text(EXAMPLE.format(attribute="nonsense"))
    command = [str(python), "-m", "mypy", "--strict", "right.py", "wrong.py"]
    checked = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    *errors, _ = checked.stdout.splitlines()
    assert errors == ['wrong.py:11: error: "SimilarArticle" has no attribute "nonsense"  [attr-defined]'], checked


def test_the_page_is_installed(python: Path, tmp_path: Path, database: Database) -> None:
    load(database, article("War and Peace", ["Leo Tolstoy"]), article("Anna Karenina", ["Leo Tolstoy"]))
    store_model(database)
    with serving(as_url(database.url), python=python, folder=tmp_path) as service:
        where = "import api, sys; print(api.__file__)"
        shown = subprocess.run([str(python), "-c", where], cwd=tmp_path, capture_output=True, text=True, check=True)
        assert shown.stdout.startswith(str(python.parent.parent))
        assert read(service.get("/article/War%20and%20Peace").text).one("h1").text == "War and Peace"
        files = list((ROOT / "api" / "service" / "static").iterdir())
        assert {"style.css", "main.js", "icon.svg"} <= {file.name for file in files}
        for file in files:
            assert service.raw(f"/static/{file.name}") == file.read_bytes(), file.name
        for path in ("/", "/find?q=war", "/link/Leo%20Tolstoy", "/compare", "/taste", "/about", "/docs"):
            assert service.get(path).status == 200, path
        assert service.get("/article/nobody").status == 404
