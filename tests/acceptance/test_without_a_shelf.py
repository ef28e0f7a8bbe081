"""What commands say where there is no shelf, or one of an older program; only those that fill one make it."""

from pathlib import Path

import pytest

from db.connection import Database
from db.installing import migrate, revision
from tests.support.commands import command, done, refusal

OLDER = f"{int(revision.head()) - 1:04}"
READING = (
    "api similar Dracula",
    "api topics",
    "api serve --port 0",
    "train",
    "train models",
    "train map",
    "db psql -c select",
    "db save shelf.zip",
    "db uninstall --yes",
)
REMEDY = (
    'make one by "{0} ingest SOURCE" or "{0} db restore FILE", or make a small one by "wikishelf demo" and ask it by'
)


@pytest.mark.parametrize("line", READING)
def test_where_none_is_it_says_so_and_makes_nothing(line: str, home: Path) -> None:
    said = refusal(*line.split(), WIKISHELF_HOME=str(home))
    start = f"python -m {line.split()[0]}: there is no shelf wikishelf in {home} yet; "
    assert said.startswith(start + REMEDY.format("python -m"))
    assert not home.exists()


@pytest.mark.parametrize(("line", "program"), [("topics", "topics"), ("facets", "facets"), ("api topics", "api")])
def test_it_speaks_in_the_form_that_was_typed(line: str, program: str, home: Path) -> None:
    said = refusal("wikishelf", *line.split(), WIKISHELF_HOME=str(home))
    assert said.startswith(f"wikishelf {program}: there is no shelf ")
    assert REMEDY.format("wikishelf") in said
    mistyped = command("wikishelf", *line.split(), "--jsn").stderr
    assert f"wikishelf {line}: error: unrecognized arguments: --jsn" in mistyped
    assert done("wikishelf", *line.split(), "--help").count(f"wikishelf {line}") == 2


@pytest.fixture
def old_url(url: str) -> str:
    """A shelf without articles, of the revision before the newest."""
    with Database(url) as database, database.transaction() as connection:
        assert migrate.bring(connection, database, OLDER) == revision.head()
    return url


def test_an_old_one_is_refused_until_it_is_upgraded(old_url: str) -> None:
    for line in ("api topics", "train", "train models", "api serve --port 0"):
        said = refusal(*line.split(), DATABASE_URL=old_url)
        assert f"(their revision is {OLDER}, and this program needs {revision.head()}); run " in said
        assert said.endswith('run "python -m db upgrade" first\n')
    upgraded = f"upgraded the shelf wikishelf from revision {OLDER} to {revision.head()}"
    assert done("db", "upgrade", DATABASE_URL=old_url).splitlines()[0] == upgraded
    assert done("db", "upgrade", DATABASE_URL=old_url).splitlines()[0] == "the shelf wikishelf is up to date"
    assert "no pairs are left to train on" in refusal("train", DATABASE_URL=old_url)


def test_an_import_says_what_it_does_to_the_tables(old_url: str, sample_dump: Path) -> None:
    said = command("ingest", str(sample_dump), DATABASE_URL=old_url).stderr.splitlines()
    assert said[0] == f"upgraded the shelf wikishelf from revision {OLDER} to {revision.head()}"
    assert "shelf wikishelf" not in command("ingest", str(sample_dump), DATABASE_URL=old_url).stderr


def test_a_new_home_is_named_by_whoever_makes_it(home: Path, shop_url: str, sample_dump: Path) -> None:
    archive = home.parent / "shop.zip"
    done("db", "save", str(archive), DATABASE_URL=shop_url)
    broken = home.parent / "broken.zip"
    broken.write_bytes(b"no archive")
    for file in (broken, home.parent / "nowhere.zip"):
        refusal("db", "restore", str(file), WIKISHELF_HOME=str(home))
        assert not home.exists()
    for words in (("db", "restore", str(archive)), ("ingest", str(sample_dump))):
        fresh = home.with_name(words[0])
        made = command(*words, WIKISHELF_HOME=str(fresh))
        assert made.returncode == 0, made.stderr
        assert made.stderr.splitlines().count(f"made the shelf wikishelf in {fresh}") == 1
