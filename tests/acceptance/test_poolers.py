"""Behind a real pgbouncer, in both of its modes: right answers, and nothing of ours reaches other clients."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest

import api
from db.connection import Database
from db.errors import DatabaseBusy, DatabaseRefused
from tests.support.commands import answer, done, refusal
from tests.support.pooler import pooling
from tests.support.serving import segment, serving

ASKED = ("Dracula", "War and Peace", "Don Quixote", "Frankenstein")
# What our sessions set, and another client of the pooler must not meet.
MET = """
    select current_user::text, current_setting('statement_timeout'), current_setting('default_transaction_read_only'),
           current_setting('datestyle'), current_setting('search_path'), current_setting('extra_float_digits'),
           current_setting('default_transaction_isolation'), current_setting('tcp_keepalives_idle'),
           (select count(*) from pg_prepared_statements), (select count(*) from pg_locks where locktype = 'advisory'),
           current_setting('transaction_read_only')"""


@pytest.fixture(params=["transaction", "session"])
def mode(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def pooled(sample_url: str, mode: str) -> Iterator[str]:
    """The sample behind a pooler with three sessions, or in session mode with one for each client."""
    with pooling(sample_url, mode, 3 if mode == "transaction" else 50) as url:
        yield url


def met(url: str) -> list[object]:
    """What another client meets in three transactions at once, so in different sessions."""
    with ThreadPoolExecutor(3) as threads:
        return sorted(threads.map(lambda _: _met(url), range(3)), key=str)


def _met(url: str) -> object:
    with psycopg.connect(url, prepare_threshold=None) as client:
        client.execute("select pg_sleep(0.2)")
        return client.execute(MET).fetchone()


def everything(shelf: api.Shelf, title: str) -> list[object]:
    """One question of each kind, over both pools."""
    return [
        shelf.similar_articles(title),
        shelf.similar_articles(title, facets={"year": "1800..1950"}, exact=True),
        shelf.links_near_article(title),
        shelf.recommend_articles([title], diversity=0.5),
        shelf.explain_similarity(title, "Anna Karenina"),
        shelf.search_articles(title[:4]),
        shelf.match_articles([title, "nothing"]),
        shelf.series_articles(title),
        shelf.articles_near_link("Napoleon"),
        shelf.similar_links("Napoleon"),
        shelf.models(),
        shelf.active_model(),
    ]


def test_many_clients_get_their_answers_and_leave_nothing(sample_url: str, pooled: str) -> None:
    before = met(pooled)
    limits = api.Limits(connections=6, query=20, reader=True)
    with api.Shelf(Database(sample_url)) as direct:
        expected = {title: everything(direct, title) for title in ASKED}
    with api.Shelf(Database(pooled, limits=limits)) as shelf, ThreadPoolExecutor(6) as threads:
        found = list(threads.map(lambda title: everything(shelf, title), ASKED * 6))
        assert found == [expected[title] for title in ASKED * 6]
        assert met(pooled) == before
    assert met(pooled) == before


def test_limits_hold_within_each_transaction(pooled: str) -> None:
    with Database(pooled, limits=api.Limits(query=0.5, reader=True)) as database:
        for _ in range(4):
            assert database.fetch("select current_user::text", {}) == [("wikishelf_reader",)]
            with pytest.raises(DatabaseRefused):
                database.fetch("delete from wikishelf.models", {})
            with pytest.raises(DatabaseRefused), database.transaction() as connection:
                connection.exec_driver_sql("delete from models")
        with pytest.raises(DatabaseBusy, match="statement timeout"):
            database.fetch("select pg_sleep(5)", {})
        with pytest.raises(DatabaseBusy, match="statement timeout"), database.session() as connection:
            connection.exec_driver_sql("select pg_sleep(5)")


def test_the_service_behind_a_pooler(sample_url: str, pooled: str) -> None:
    paths = [f"/articles/{segment(title)}/similar" for title in ASKED]
    with serving(sample_url) as direct:
        expected = [direct.get(path).json for path in paths]
    with serving(pooled, "--connections", "6") as service, ThreadPoolExecutor(8) as threads:
        assert [reply.json for reply in threads.map(service.get, paths * 10)] == expected * 10
        for path in ("/", "/readyz", "/metrics", "/models", f"/article/{segment('Dracula')}", "/search?words=drac"):
            assert service.get(path).status == 200, path


def test_every_command_works_behind_a_pooler(url: str, sample_url: str, sample_dump: Path) -> None:
    """And another import or training is still kept out."""
    with psycopg.connect(sample_url) as sample:
        books = sample.execute("select count(*) from articles where topic = 'book'").fetchone()
    with pooling(url, "transaction", 8) as pooled:
        before = met(pooled)
        done("db", "upgrade", DATABASE_URL=pooled)
        done("ingest", str(sample_dump), "--topic", "book", "--workers", "2", DATABASE_URL=pooled)
        done("train", "--epochs", "2", DATABASE_URL=pooled)
        done("train", "map", DATABASE_URL=pooled)
        assert len(answer("api", "similar", "Dracula", DATABASE_URL=pooled)) == 10
        with psycopg.connect(url) as other:
            assert other.execute("select count(*) from articles").fetchone() == books
            assert other.execute("select model_id, state from models").fetchall() == [(1, "active")]
            other.execute("lock table _import_lock, _training_lock in exclusive mode")
            line = refusal("ingest", str(sample_dump), "--topic", "book", DATABASE_URL=pooled)
            assert "another import is using this shelf" in line
            assert "another training is using this shelf" in refusal("train", DATABASE_URL=pooled)
        assert met(pooled) == before
        assert "removed the tables" in done("db", "uninstall", "--yes", DATABASE_URL=pooled)
