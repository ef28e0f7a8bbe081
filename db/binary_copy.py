"""Rows in PostgreSQL's binary COPY format, built by numpy in one piece.

This takes a third of the CPU seconds of psycopg's `write_row` for pairs, and an eighth for vectors (bench/load.py).
PostgreSQL's manual describes the format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
"""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"


def integer_rows(*columns: NDArray[np.int32] | NDArray[np.bool_]) -> bytes:
    """Pack rows of `integer` and `boolean` columns.

    Parameters
    ----------
    columns : int32 or bool arrays of shape (n,)
    """
    fields: list[Any] = [("fields", ">i2")]
    for position, column in enumerate(columns):
        fields += [(f"length_{position}", ">i4"), (f"value_{position}", column.dtype.newbyteorder(">"))]
    rows = np.empty(len(columns[0]), dtype=fields)
    rows["fields"] = len(columns)
    for position, column in enumerate(columns):
        rows[f"length_{position}"] = column.dtype.itemsize
        rows[f"value_{position}"] = column
    return HEADER + rows.tobytes() + TRAILER


def _vector_row(dimensions: int) -> np.dtype[Any]:
    return np.dtype(
        [
            ("fields", ">i2"),
            ("id_length", ">i4"),
            ("id", ">i4"),
            ("length", ">i4"),
            ("dimensions", ">i2"),
            ("unused", ">i2"),
            ("embedding", ">f4", (dimensions,)),
        ]
    )


def vector_rows(ids: NDArray[np.int32], vectors: NDArray[np.float32]) -> bytes:
    """Pack rows of an `integer` and a pgvector `vector`.

    Parameters
    ----------
    ids : int32 array of shape (n,)
    vectors : float32 array of shape (n, dimensions)
    """
    dimensions = vectors.shape[1]
    rows = np.zeros(len(ids), dtype=_vector_row(dimensions))
    rows["fields"] = 2
    rows["id_length"] = 4
    rows["id"] = ids
    rows["length"] = 4 + 4 * dimensions
    rows["dimensions"] = dimensions
    rows["embedding"] = vectors
    return HEADER + rows.tobytes() + TRAILER


def parse_vector_rows(data: bytes, dimensions: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Unpack what `vector_rows` packs."""
    rows = np.frombuffer(data[len(HEADER) : -len(TRAILER)], dtype=_vector_row(dimensions))
    return rows["id"].astype(np.int32), rows["embedding"].astype(np.float32)


def copy_in(connection: Connection, target: str, data: bytes) -> None:
    """COPY a binary buffer into `target`, "table" or "table (columns)"."""
    with _cursor(connection) as cursor, cursor.copy(f"copy {target} from stdin (format binary)") as copy:
        copy.write(data)


def copy_records(connection: Connection, target: str, records: Iterable[Sequence[Any]]) -> None:
    """COPY records of mixed types into `target`, as text."""
    with _cursor(connection) as cursor, cursor.copy(f"copy {target} from stdin") as copy:
        for record in records:
            copy.write_row(record)


def copy_out(connection: Connection, query: str) -> bytes:
    """Return the rows of a query as binary COPY."""
    with _cursor(connection) as cursor, cursor.copy(f"copy ({query}) to stdout (format binary)") as copy:
        return b"".join(copy)


def _cursor(connection: Connection) -> Any:
    return connection.connection.cursor()
