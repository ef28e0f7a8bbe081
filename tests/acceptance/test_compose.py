"""What docker-compose.yml does to a database, as far as it can be done without Docker."""

import textwrap
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from tests.conftest import ROOT
from tests.support.commands import command
from tests.support.serving import serving

COMPOSE = (ROOT / "docker-compose.yml").read_text()
PASSWORD = "it's a \\secret"


@pytest.fixture
def script(tmp_path: Path) -> Path:
    """The SQL that makes the service's login."""
    path = tmp_path / "login.sql"
    path.write_text(textwrap.dedent(COMPOSE.split("    content: |\n", 1)[1].split("\nvolumes:", 1)[0]))
    return path


@pytest.fixture
def url(sample_copy: str) -> Iterator[str]:
    yield sample_copy
    with psycopg.connect(sample_copy, autocommit=True) as admin:
        admin.execute("drop owned by wikishelf_service")
        admin.execute("drop role wikishelf_service")


def test_the_service_has_a_login_that_may_only_read(url: str, script: Path) -> None:
    for _ in range(2):  # each start runs it again
        made = command("db", "psql", "--no-psqlrc", "--file", str(script), DATABASE_URL=url, SERVICE_PASSWORD=PASSWORD)
        assert made.returncode == 0, made.stderr
    with psycopg.connect(url) as admin:
        query = "select rolsuper, rolinherit, rolcreatedb, rolcreaterole, rolcanlogin, rolpassword from pg_authid"
        row = admin.execute(query + " where rolname = 'wikishelf_service'").fetchone()
        assert row is not None
        assert row[:5] == (False, False, False, False, True)
        assert row[5].startswith("SCRAM-SHA-256$")
    own = url.replace("postgres@", "wikishelf_service@")
    with psycopg.connect(own) as connection:
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            connection.execute("select count(*) from wikishelf.articles")
    with serving(own) as service:
        for path in ("/articles/Dracula/similar", "/article/Dracula", "/taste?like=Dracula", "/readyz", "/map.png"):
            assert service.get(path).status == 200, path


def test_without_a_password_there_is_no_login(sample_url: str, script: Path) -> None:
    made = command("db", "psql", "--no-psqlrc", "--file", str(script), DATABASE_URL=sample_url, SERVICE_PASSWORD="")
    assert (made.returncode, "SERVICE_PASSWORD" in made.stderr) == (3, True)
    with psycopg.connect(sample_url) as admin:
        assert admin.execute("select to_regrole('wikishelf_service')").fetchone() == (None,)


def test_the_service_does_not_know_the_administrators_password() -> None:
    service = COMPOSE.split("\n  service:\n", 1)[1].split("\nconfigs:", 1)[0]
    assert "POSTGRES_PASSWORD" not in service
    assert "postgres:" not in service
