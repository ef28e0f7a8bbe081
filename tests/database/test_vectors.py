import numpy as np
import pytest
from sqlalchemy import text

from db.connection import Database
from db.errors import BadVectors
from db.models import vectors
from tests.support.planted import unit_rows

IDS = np.array([3, 5, 8], dtype=np.int32)


@pytest.mark.parametrize("dimensions", [1, 50, 300])
def test_vectors_come_back_to_the_bit(database: Database, dimensions: int) -> None:
    rows = unit_rows(3, dimensions)
    with database.transaction() as connection:
        vectors.store(connection, 1, "articles", IDS, rows)
        ids, read = vectors.read(connection, 1, "articles", dimensions)
    assert ids.tolist() == IDS.tolist()
    assert read.tobytes() == rows.tobytes()


@pytest.mark.parametrize(
    ("row", "value", "reason"),
    [(1, np.nan, "not finite"), (1, np.inf, "not finite"), (1, 0.0, "not of unit length"), (1, 2.0, "not of unit")],
)
def test_a_bad_row_is_refused_by_its_id(database: Database, row: int, value: float, reason: str) -> None:
    rows = unit_rows(3, 4)
    rows[row] = value
    with pytest.raises(BadVectors, match=rf"{reason}.*id 5"), database.transaction() as connection:
        vectors.store(connection, 1, "articles", IDS, rows)
    with database.session() as connection:
        assert connection.scalar(text("select to_regclass('_article_vectors_1')")) is None


def test_an_id_that_stands_twice_is_refused(database: Database) -> None:
    with pytest.raises(BadVectors, match=r"occurs twice.*id 3"), database.transaction() as connection:
        vectors.store(connection, 1, "articles", np.array([3, 3, 8], dtype=np.int32), unit_rows(3, 4))


def test_a_table_of_vectors_has_its_index(database: Database) -> None:
    with database.transaction() as connection:
        vectors.store(connection, 1, "links", IDS, unit_rows(3, 4))
        definition = connection.scalar(
            text("select indexdef from pg_indexes where indexname = '_link_vectors_1_embedding_idx'")
        )
    assert "USING hnsw (embedding vector_cosine_ops)" in str(definition)


def test_the_index_is_built_where_workers_cannot_share_memory(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vectors, "build_memory", lambda n_rows, dimensions: "2147483647kB")  # no machine has so much
    rows = unit_rows(2000, 50)
    with database.transaction() as connection:
        connection.execute(text("set local min_parallel_table_scan_size = 0"))  # workers, for a small table too
        vectors.store(connection, 1, "links", np.arange(2000, dtype=np.int32), rows)
        assert connection.scalar(text("show max_parallel_maintenance_workers")) == "0"
        assert connection.scalar(text("select indisvalid from pg_index where indrelid = '_link_vectors_1'::regclass"))
