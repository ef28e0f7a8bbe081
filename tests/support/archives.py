"""A shelf with everything that an archive holds, and what a shelf holds."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import psycopg
from sqlalchemy import text

from db.archive.manifest import Manifest
from db.archive.restore import restore
from db.archive.save import save
from db.connection import Database
from db.importing import provenance
from db.importing.records import Redirect
from db.importing.topic_views import TopicView, create_topic_views
from db.models import fold_in, indexes
from tests.support import bookshop, planted

# Rows of all tables but those of the server itself, definitions of everything else, and the next numbers.
TABLES = """
    select relname from pg_class where relnamespace = 'wikishelf'::regnamespace and relkind = 'r'
    and relname <> '_installed' order by 1"""
ROWS = "select count(*), md5(coalesce(string_agg(h, '' order by h), '')) from (select md5(t::text) h from {} t) q"
DEFINITIONS = """
    select conname::text, pg_get_constraintdef(oid) from pg_constraint where connamespace = 'wikishelf'::regnamespace
    union all
    select c.relname, pg_get_indexdef(c.oid) from pg_class c
    where relnamespace = 'wikishelf'::regnamespace and relkind = 'i'
    union all
    select c.relname, pg_get_viewdef(c.oid) || coalesce(obj_description(c.oid, 'pg_class'), '') from pg_class c
    where relnamespace = 'wikishelf'::regnamespace and relkind = 'v'
    union all
    select sequencename, last_value::text from pg_sequences
    where schemaname = 'wikishelf' and sequencename <> '_installed_number_seq'
    order by 1, 2"""
ANSWERS = """
    select a.title, s.* from wikishelf.articles a
    cross join lateral wikishelf.similar_articles(a.article_id, 5, exact => true) s
    order by a.article_id, s.article_id limit 1000"""


def nothing(*_: object) -> None:
    """Show no progress."""


def fill(database: Database) -> None:
    """600 books and films, two models, of which the first answers, folded-in articles, a map, views and an import."""
    bookshop.plant(database)
    planted.store_map(database, 1)
    planted.store_model(database, activate=False)
    late = planted.article("Late", ["World of Satire"], page_id=7)
    planted.load(database, late, Redirect("Too late", "Late"))
    with database.transaction() as connection:
        assert fold_in.fold_in(connection).new == 1
        create_topic_views(connection, [TopicView("books", "book", ("author", "year")), TopicView("films", "film", ())])
        now = connection.scalar(text("select now()"))
        assert now is not None
        provenance.record(connection, "xxwiki.xml.bz2", "0" * 64, "xxwiki", now, {"articles": 600})
    for model_id in (1, 2):
        with database.transaction() as connection:
            indexes.complete(connection, model_id)


def content(url: str) -> dict[str, Any]:
    """What a shelf holds, so that equal ones are equal."""
    with psycopg.connect(url, options="-c search_path=") as connection:
        names = [name for (name,) in connection.execute(TABLES)]
        found: dict[str, Any] = {
            name: connection.execute(ROWS.format(f"wikishelf.{name}")).fetchone() for name in names
        }
        return {**found, **dict(connection.execute(DEFINITIONS).fetchall())}


def answers(url: str) -> list[tuple[Any, ...]]:
    """The nearest five of 200 articles."""
    with psycopg.connect(url) as connection:
        return connection.execute(ANSWERS).fetchall()


def saved(database: Database, path: Path, wanted: int | str = "all") -> Manifest:
    return save(database, path, wanted, nothing)


def restored(database: Database, path: Path) -> bool:
    """Whether the shelf was empty before."""
    return restore(database, path, nothing)[1]


def forged(path: Path, change: Callable[[dict[str, Any], dict[str, bytes]], object]) -> Path:
    """Another archive, whose manifest and members were changed."""
    with ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    manifest = json.loads(members.pop("manifest.json"))
    change(manifest, members)
    made = path.with_name("forged.zip")
    with ZipFile(made, "w", ZIP_DEFLATED) as archive:
        for name, data in {**members, "manifest.json": json.dumps(manifest).encode()}.items():
            archive.writestr(name, data)
    return made
