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
