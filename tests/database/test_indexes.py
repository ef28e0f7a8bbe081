"""Which indexes a model has, when they are built, and that no answer depends on them."""

import json
import threading
from collections.abc import Sequence

import numpy as np
import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import ModelNotFound
from db.models import activation, indexes, vectors
from tests.conftest import as_url
from tests.support.commands import command, done
from tests.support.planted import article, load, store_model, unit_rows

FIRST, PLACED, LINKS = (
    "_article_vectors_1_embedding_idx",
    "_article_vectors_1_placed_idx",
    "_link_vectors_1_embedding_idx",
)


@pytest.fixture
def model(database: Database) -> int:
    load(database, *(article(f"Book {n}", ["Shared", f"Link {n % 7}", f"Link {n % 11}"]) for n in range(300)))
    return store_model(database)


def built(database: Database) -> dict[str, str]:
    query = "select indexname, indexdef from pg_indexes where indexdef ~ 'hnsw' and schemaname = current_schema()"
    with database.session() as connection:
        return {row.indexname: row.indexdef for row in connection.execute(text(query))}


def completed(database: Database, links: bool = False) -> list[str]:
    with database.transaction() as connection:
        return list(indexes.complete(connection, links=links).built)


def test_what_is_built_when(database: Database, model: int) -> None:
    assert set(built(database)) == {FIRST}
    assert completed(database) == [PLACED]
    assert completed(database) == []
    assert completed(database, links=True) == [LINKS]
    assert completed(database, links=True) == []
    found = built(database)
    assert set(found) == {FIRST, PLACED, LINKS}
    for name, column in ((FIRST, "embedding"), (PLACED, "placed"), (LINKS, "embedding")):
        assert f"USING hnsw ({column} vector_cosine_ops)" in found[name]


def test_answers_are_the_same_with_and_without(database: Database, model: int) -> None:
    def answers() -> list[Sequence[object]]:
        return [
            search.similar_articles(database, "Book 7", 20),
            search.similar_articles(database, "Book 7", 20, prominence=0.5),
            search.similar_articles(database, "Book 7", 10, prominence=-1, exclude=["Book 18"]),
            search.similar_links(database, "Shared", 5),
        ]

    before = answers()
    assert [len(one) for one in before] == [20, 20, 10, 5]
    completed(database, links=True)
    assert answers() == before


def test_searches_go_on_and_writers_wait(database: Database, model: int) -> None:
    with database.transaction() as building:
        assert indexes.complete(building).built == [PLACED]
        assert len(search.similar_articles(database, "Book 7", prominence=1)) == 10
        second: list[list[str]] = []
        other = threading.Thread(target=lambda: second.append(completed(database)))
        other.start()
        other.join(0.5)
        assert other.is_alive()
    other.join(30)
    assert second == [[]]


def test_a_model_of_an_older_version(database: Database, model: int) -> None:
    """Its column `placed` has no dimensions, and its index of the vectors another name."""
    with database.transaction() as connection:
        connection.execute(text(f"alter index {FIRST} rename to articles_1_embedding_idx"))
        connection.execute(text("drop view _placed_vectors; alter table _article_vectors_1 drop column placed"))
        connection.execute(text("alter table _article_vectors_1 add column placed vector"))
    assert completed(database) == []
    assert set(built(database)) == {"articles_1_embedding_idx"}


def test_no_such_model(database: Database) -> None:
    with pytest.raises(ModelNotFound), database.transaction() as connection:
        indexes.complete(connection, 7)


def test_the_command(database_url: str, database: Database, model: int) -> None:
    at = {"DATABASE_URL": as_url(database_url)}
    assert done("train", "index", **at) == f"model 1: built {PLACED}\n"
    assert done("train", "index", "1", **at) == "model 1: it has all its indexes\n"
    assert json.loads(done("train", "index", "--links", "--json", **at)) == {"model_id": 1, "built": [LINKS]}
    assert command("train", "index", "2", **at).stderr.startswith("python -m train: there is no model 2")


def test_a_dropped_model_leaves_none(database: Database, model: int) -> None:
    completed(database, links=True)
    other = store_model(database, seed=1)
    with database.transaction() as connection:
        activation.drop(connection, model)
    assert set(built(database)) == {f"_article_vectors_{other}_embedding_idx"}


def test_where_workers_cannot_share_memory(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(indexes, "build_memory", lambda n_rows, dimensions: "2147483647kB")  # no machine has so much
    with database.transaction() as connection:
        connection.execute(text("set local min_parallel_table_scan_size = 0"))  # workers, for a small table too
        vectors.store(connection, 1, "articles", np.arange(2000, dtype=np.int32), unit_rows(2000, 50))
        assert connection.scalar(text("show max_parallel_maintenance_workers")) == "0"
        query = (
            "select bool_and(indisvalid) and count(*) = 2 from pg_index where indrelid = '_article_vectors_1'::regclass"
        )
        assert connection.scalar(text(query))
