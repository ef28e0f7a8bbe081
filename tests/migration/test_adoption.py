"""Databases of every revision from before shelves, with rows: moved, answering throughout, then without old names."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from psycopg.conninfo import make_conninfo
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import SchemaOld
from db.installing import migrate, removal, revision
from db.models import activation, registry
from db.search.map import map_part
from tests.conftest import ROOT
from tests.support.planted import store_map, store_model

SQL = Path(__file__).parent / "old_layout"
REVISIONS = ("0001", "0002", "0003", "0004", "0005")
ASK = "select article_id, title, similarity from similar_articles('The first', 5)"
TABLES = ("articles", "links", "article_links", "aliases", "facets", "imports")


@pytest.fixture
def old_url(server_url: str, request: pytest.FixtureRequest) -> Iterator[str]:
    """A database of an old revision, the parameter, with rows that came with the first."""
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("create database old_layout")
    url = make_conninfo(server_url, dbname="old_layout")
    with psycopg.connect(url) as connection:
        for name in ("0001", "rows", *REVISIONS[1 : REVISIONS.index(request.param) + 1]):
            connection.execute((SQL / f"{name}.sql").read_text(encoding="utf-8"))
    yield url
    with psycopg.connect(server_url, autocommit=True) as admin:
        admin.execute("drop database old_layout with (force)")


def rows(url: str, *tables: str, schema: str = "public") -> list[object]:
    with psycopg.connect(url) as connection:
        since = "'{linked_from,prominence,see_also}'::text[]"  # columns of later revisions
        queries = (f"select to_jsonb(x) - {since} from {schema}.{table} x order by 1" for table in tables)
        return [connection.execute(query).fetchall() for query in queries]


@pytest.mark.parametrize("old_url", REVISIONS, indirect=True)
def test_it_moves_and_its_model_answers_throughout(old_url: str) -> None:
    before = rows(old_url, *TABLES)
    with psycopg.connect(old_url, autocommit=True) as old_client:
        expected = old_client.execute(ASK).fetchall()
        assert len(expected) == 5
        with Database(old_url) as database:
            with pytest.raises(
                SchemaOld, match=r"\(their revision is from before 0006, .* run \"python -m db upgrade\""
            ):
                revision.check_current(database)
            migrate.upgrade(database)
            assert rows(old_url, *TABLES, schema="wikishelf") == before
            found = search.similar_articles(database, "The first", 5)
            assert [(one.article_id, one.title, one.similarity) for one in found] == expected
            assert search.links_near_article(database, "Book 1", 3)
            assert sum(one.share for one in search.explain_similarity(database, "Book 1", "Book 4")) == pytest.approx(
                1 - _distance(old_url), abs=1e-6
            )
            with database.transaction() as connection:
                command.check(_config(connection))
            assert map_part(database, "points") is None
            store_map(database, 1)
            assert map_part(database, "points")
            assert old_client.execute(ASK).fetchall() == expected  # a session that was there before
    with psycopg.connect(old_url) as client:
        assert client.execute(ASK).fetchall() == expected  # one that still uses the old names
        assert client.execute("select count(*) from books").fetchone() == (40,)


@pytest.mark.parametrize("old_url", ["0005"], indirect=True)
def test_old_names_follow_the_active_model_and_go_when_asked_to(old_url: str) -> None:
    with Database(old_url) as database:
        migrate.upgrade(database)
        store_model(database)  # model 2, of other vectors
        with psycopg.connect(old_url) as client:
            similar = [row[0] for row in client.execute(ASK)]
        assert similar == [one.article_id for one in search.similar_articles(database, "Book 1", 5)]
        with database.transaction() as connection:
            activation.drop(connection, 1)
            assert [model.state for model in registry.listed(connection)] == ["active"]
        assert "old names" in migrate.advice(database)[-1]
        assert "removed view public.books" in removal.drop_old_names(database)
        assert removal.drop_old_names(database) == ["there are no old names"]
        assert "old names" not in migrate.advice(database)[-1]
        assert len(search.similar_articles(database, "Book 1", 5)) == 5
    with psycopg.connect(old_url) as client:
        left = """
            select relname::text from pg_class
            where relnamespace = 'public'::regnamespace and relkind in ('r', 'v', 'c', 'i')
            union all
            select proname::text from pg_proc p where pronamespace = 'public'::regnamespace
              and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')"""
        assert client.execute(left).fetchall() == []


@pytest.mark.parametrize("old_url", ["0005"], indirect=True)
def test_clients_that_ask_all_the_time_see_no_error(old_url: str) -> None:
    stop, failures, counts = threading.Event(), [], []

    def ask() -> None:
        answered = 0
        with psycopg.connect(old_url, autocommit=True) as client:
            while not stop.is_set():
                try:
                    rows = client.execute(ASK, prepare=answered % 2 == 0).fetchall()
                    assert len(rows) == 5
                    assert client.execute("select count(*) from books").fetchone() == (40,)
                except Exception as error:
                    failures.append(error)
                    return
                answered += 1
        counts.append(answered)

    clients = [threading.Thread(target=ask) for _ in range(4)]
    for client in clients:
        client.start()
    with Database(old_url) as database:
        migrate.upgrade(database)
    stop.set()
    for client in clients:
        client.join()
    assert failures == []
    assert all(counts)


@pytest.mark.parametrize("old_url", ["0005"], indirect=True)
def test_another_shelf_beside_it_adopts_nothing(old_url: str) -> None:
    with Database(old_url, "dewiki") as database:
        migrate.upgrade(database)
        with database.session() as connection:
            assert connection.scalar(text("select count(*) from articles")) == 0
    with psycopg.connect(old_url) as client:
        assert client.execute("select count(*) from public.articles").fetchone() == (40,)
        assert client.execute("select version_num from public.alembic_version").fetchone() == ("0005",)


def _config(connection: object) -> Config:
    config = Config(ROOT / "alembic.ini")
    config.attributes["connection"] = connection
    return config


def _distance(url: str) -> float:
    with psycopg.connect(url) as client:
        query = "select wikishelf._distance(wikishelf.article_embedding(1), wikishelf.article_embedding(4))"
        row = client.execute(query).fetchone()
    assert row is not None
    return float(row[0])
