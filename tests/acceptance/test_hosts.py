"""Databases as hosts and administrators make them: rights, schemas, encodings; one line where something is missing."""

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psycopg
import pytest
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from tests.conftest import as_url
from tests.support.commands import command, done, refusal
from tests.support.serving import segment, serving

DUMP = "the sample"
EVERY_COMMAND = (
    ("db", "upgrade"),
    ("db", "uninstall", "--yes"),
    ("db", "uninstall", "--yes", "--old-names"),
    ("api", "similar", "Dracula"),
    ("api", "map", "--save", "map.png"),
    ("api", "serve", "--port", "0"),
    ("ingest", DUMP),
    ("train",),
    ("train", "models"),
    ("train", "activate", "1"),
    ("train", "drop", "1"),
    ("train", "fold-in"),
    ("train", "map"),
    ("train", "evaluate"),
    ("train", "export", "folder"),
)


class Host(NamedTuple):
    """A database, and two logins: one that shall own a shelf, and one that serves it."""

    admin: str
    tenant: str
    web: str


@pytest.fixture
def host(server_url: str, request: pytest.FixtureRequest) -> Iterator[Host]:
    """A database of no rights, or as the parameter says after `create database`."""
    options = getattr(request, "param", "")
    with psycopg.connect(server_url, autocommit=True) as admin:
        for login in ("tenant", "web"):
            admin.execute(f"create role {login} login password '{login}'".encode())
        admin.execute(f"create database host {options}".encode())
    urls = [server_url, *(make_conninfo(server_url, user=login, password=login) for login in ("tenant", "web"))]
    yield Host(*(as_url(make_conninfo(url, dbname="host")) for url in urls))
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("drop database host with (force)")
        admin.execute("drop role tenant; drop role web")


def run(url: str, *statements: str) -> None:
    with psycopg.connect(url, autocommit=True) as admin:
        for statement in statements:
            admin.execute(statement.encode())


OWNED = "owner tenant"
EXTENSIONS = ("create extension vector", "create extension pg_trgm")
HIDDEN = "revoke all on schema extensions from public"
IN_EXTENSIONS = ("create schema extensions", *(f"{one} schema extensions" for one in EXTENSIONS))
MADE_THERE = (
    "create schema extensions; create extension vector schema extensions; create extension pg_trgm schema extensions; "
    "grant usage on schema extensions to tenant"
)


@pytest.mark.parametrize(
    ("host", "before", "statements"),
    [
        ("", (), "create extension vector; create extension pg_trgm; create schema wikishelf authorization tenant"),
        ("", EXTENSIONS[:1], "create extension pg_trgm; create schema wikishelf authorization tenant"),
        ("", EXTENSIONS, "create schema wikishelf authorization tenant"),
        ("", (*EXTENSIONS, "create schema wikishelf"), "grant usage, create on schema wikishelf to tenant"),
        ("", IN_EXTENSIONS, "grant usage on schema extensions to tenant"),
        (OWNED, (*IN_EXTENSIONS, HIDDEN), "grant usage on schema extensions to tenant"),
        (OWNED, ("alter database host set search_path = ''",), MADE_THERE),
        (OWNED, ("alter database host set search_path = nowhere",), MADE_THERE),
        (OWNED, ("alter role tenant set search_path = pg_catalog",), "create extension vector"),
        (OWNED, ("drop schema public",), MADE_THERE),
    ],
    indirect=["host"],
)  # fmt: skip
def test_the_exact_statements_for_an_administrator(host: Host, before: tuple[str, ...], statements: str) -> None:
    """Once they were run, the upgrade goes on, or names what is missing after them."""
    run(host.admin, *before)
    for _ in range(2):
        line = refusal("db", "upgrade", DATABASE_URL=host.tenant)
        asked = line.strip().rpartition("this login may not prepare the database at ")[2].partition("run there: ")[2]
        assert asked == statements, line
        run(host.admin, *asked.split("; "))
        finished = command("db", "upgrade", DATABASE_URL=host.tenant)
        if finished.returncode == 0:
            return
        statements = "create schema wikishelf authorization tenant"
    pytest.fail("nothing that was asked for helped")


@pytest.mark.parametrize(
    "host",
    [
        "encoding 'LATIN1' template template0 locale 'C' locale_provider libc",
        "encoding 'SQL_ASCII' template template0 locale 'C' locale_provider libc",
        "encoding 'EUC_JP' template template0 locale 'C' locale_provider libc",
    ],
    indirect=True,
)
@pytest.mark.parametrize("asked", [("db", "upgrade"), ("api", "similar", "Dracula"), ("train",)])
def test_another_encoding_is_refused_and_not_half_used(host: Host, asked: tuple[str, ...]) -> None:
    line = refusal(*asked, DATABASE_URL=host.admin)
    assert "which cannot hold all titles; make another one by \"create database NAME encoding 'UTF8'" in line
    with psycopg.connect(host.admin) as admin:
        assert admin.execute("select to_regnamespace('wikishelf')").fetchone() == (None,)


@pytest.mark.parametrize("datestyle", ["German", "SQL, DMY", "Postgres"])
def test_the_status_whatever_dates_look_like(host: Host, datestyle: str) -> None:
    run(host.admin, f"alter database host set datestyle = '{datestyle}'", "alter database host set timezone = 'PRC'")
    assert " UTC\nPostgreSQL " in done("db", "status", DATABASE_URL=host.admin)


@pytest.mark.parametrize("asked", EVERY_COMMAND, ids=" ".join)
def test_a_shelf_of_a_newer_program_is_left_alone(url: str, sample_dump: Path, asked: tuple[str, ...]) -> None:
    run(url, "update alembic_version set version_num = '0999'")
    line = refusal(*(str(sample_dump) if word == DUMP else word for word in asked), DATABASE_URL=url)
    assert "was made by a newer Wikishelf (its revision is 0999, and this program knows 00" in line
    assert line.endswith("); upgrade the program\n")


PATHS = (
    *("/", "/about", "/readyz", "/models", "/map.png", "/map/points", "/map/titles", "/taste", "/docs"),
    *("/search?words=drakula", "/suggest?q=dracula", "/find?q=Dracula", "/explain?a=Dracula&b=Frankenstein"),
    *("/recommend?like=Dracula&diversity=0.5", "/compare?a=Dracula&b=Frankenstein", "/map/colour/genre"),
    *(f"/articles/{segment('War and Peace')}/{what}" for what in ("similar", "links", "series")),
    *("/articles/Dracula/similar?exact=true", "/articles/Dracula/similar?least=true&facet=year%3D1850..1950"),
    *("/links/Napoleon/similar", "/links/Napoleon/articles", "/article/Dracula", "/link/Napoleon"),
)  # fmt: skip


@pytest.mark.parametrize("path", ["", "extensions, public"])
def test_the_service_where_extensions_lie_in_a_schema_that_it_may_not_use(sample_copy: str, path: str) -> None:
    """As some hosts have it; the login of the service is a member of wikishelf_reader and nothing else."""
    run(sample_copy, "create schema extensions", "revoke all on schema extensions from public")
    run(sample_copy, *(f"alter extension {name} set schema extensions" for name in ("vector", "pg_trgm")))
    quoted = ", ".join(f"'{name}'" for name in path.split(", "))
    run(sample_copy, f"alter database {conninfo_to_dict(sample_copy)['dbname']} set search_path = {quoted}")
    done("db", "upgrade", DATABASE_URL=sample_copy)
    run(sample_copy, "create role web login password 'web' in role wikishelf_reader")
    try:
        web = as_url(make_conninfo(sample_copy, user="web", password="web"))
        with serving(sample_copy) as ours, serving(web) as theirs:
            for asked in PATHS:
                expected, found = ours.raw(asked), theirs.raw(asked)
                assert b'"about:blank"' not in expected
                assert found == expected, asked
    finally:
        run(sample_copy, "drop role web")
