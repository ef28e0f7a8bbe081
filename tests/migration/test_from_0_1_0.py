"""A shelf that the program 0.1.0 made itself: its articles, links, models and answers outlast the upgrade."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest
from psycopg import sql
from psycopg.conninfo import make_conninfo

from db import search
from db.connection import Database
from db.installing import migrate
from db.models import activation, registry
from tests.support.planted import article, load, store_model

RECORDED = Path(__file__).parent / "version_0_1_0"
ANSWERS = json.loads((RECORDED / "answers.json").read_text(encoding="utf-8"))
# Where rows are kept, before and after, and how many 0.1.0 said that there were.
COUNTS = {"articles": 15, "links": 246, "article_links": 442, "aliases": 16, "facets": 114, "imports": 2, "models": 2}
VECTORS = {"articles_1": 15, "articles_2": 14, "links_1": 34, "links_2": 34}
Rows = list[dict[str, Any]]


class Upgraded(NamedTuple):
    """The database, and the rows of each table from before."""

    url: str
    before: dict[str, Rows]


@pytest.fixture(scope="module")
def upgraded(server_url: str) -> Iterator[Upgraded]:
    """A database as 0.1.0 left it, upgraded."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("create database version_0_1_0")
        if not admin.execute("select rolname from pg_roles where rolname = 'wikishelf_reader'").fetchone():
            admin.execute("create role wikishelf_reader")
    url = make_conninfo(server_url, dbname="version_0_1_0")
    with psycopg.connect(url) as connection:
        connection.execute((RECORDED / "shelf.pg_dump").read_bytes())
    before = {name: rows(url, "public", name) for name in COUNTS}
    before |= {name: rows(url, "vectors", name) for name in VECTORS}
    with Database(url) as database:
        migrate.upgrade(database)
    yield Upgraded(url, before)
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("drop database version_0_1_0 with (force)")


def rows(url: str, schema: str, table: str) -> Rows:
    """All rows of a table, sorted by their first columns."""
    query = sql.SQL("select to_jsonb(x) from {} x order by x").format(sql.Identifier(schema, table))
    with psycopg.connect(url) as client:
        return [row[0] for row in client.execute(query)]


def matching(new: dict[str, Any], old: dict[str, Any]) -> dict[str, Any]:
    """Of a row after the upgrade what the old one has: without new columns, and new keys of documents."""
    return {
        name: {key: new[name][key] for key in value} if isinstance(value, dict) else new[name]
        for name, value in old.items()
    }


@pytest.mark.parametrize(("name", "count"), (COUNTS | VECTORS).items())
def test_every_row_is_kept(upgraded: Upgraded, name: str, count: int) -> None:
    before = upgraded.before[name]
    kind, _, model = name.rpartition("_")
    after = rows(upgraded.url, "wikishelf", f"_{kind.removesuffix('s')}_vectors_{model}" if name in VECTORS else name)
    assert len(before) == count
    assert [matching(new, old) for new, old in zip(after, before, strict=True)] == before


@pytest.mark.parametrize("recorded", ANSWERS, ids=lambda one: one["verb"])
def test_the_answers_stay(upgraded: Upgraded, recorded: dict[str, Any]) -> None:
    with Database(upgraded.url) as database:
        answer = getattr(search, recorded["verb"])(database, *recorded["arguments"])
    names = recorded["answer"][0].keys()
    for row, expected in zip(answer, recorded["answer"], strict=True):
        assert {name: getattr(row, name) for name in names} == pytest.approx(expected, abs=1e-6)


def test_it_lives_on(upgraded: Upgraded) -> None:
    """An import and another model, and back to the old one, which finds what it found."""
    with Database(upgraded.url) as database:
        load(database, article("A new book", ["Leo Tolstoy", "Novel", "Saint Petersburg"]))
        store_model(database)
        with database.transaction() as connection:
            activation.activate(connection, 1)
        with database.session() as connection:
            states = {model.model_id: model.state for model in registry.listed(connection)}
    assert states == {1: "active", 2: "ready", 3: "ready"}
    test_the_answers_stay(upgraded, ANSWERS[0])
