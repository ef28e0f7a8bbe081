"""Rows in PostgreSQL's binary COPY format, built by numpy in large blocks.

This takes a third of the CPU seconds of psycopg's `write_row` for pairs, and an eighth for vectors (bench/load.py).
PostgreSQL's manual describes the format: https://www.postgresql.org/docs/current/sql-copy.html, "Binary Format".
"""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection

HEADER = b"PGCOPY\n\xff\r\n\0" + bytes(8)
TRAILER = b"\xff\xff"
ROWS_PER_BLOCK = 50_000


def rows(*columns: NDArray[Any], order: NDArray[np.int64] | None = None) -> Iterator[bytes]:
    """Rows of columns of the types `integer`, `boolean`, `real` and pgvector's `vector`, block by block.

    Parameters
    ----------
    columns : int32 or bool arrays of shape (n,), float32 arrays of shape (n,) or (n, dimensions)
    order : int64 array of shape (n,) or None
        Which row comes when; None leaves them as they stand.
    """
    yield HEADER
    for first in range(0, len(columns[0]), ROWS_PER_BLOCK):
        block = slice(first, first + ROWS_PER_BLOCK)
        yield _packed([column[block if order is None else order[block]] for column in columns])
    yield TRAILER


def _packed(columns: Sequence[NDArray[Any]]) -> bytes:
    fields: list[Any] = [("fields", ">i2")]
    for position, column in enumerate(columns):
        fields.append((f"length_{position}", ">i4"))
        if column.ndim == 2:
            fields += [(f"dimensions_{position}", ">i2"), (f"unused_{position}", ">i2")]
        fields.append((f"value_{position}", column.dtype.newbyteorder(">"), column.shape[1:]))
    packed = np.zeros(len(columns[0]), dtype=fields)
    packed["fields"] = len(columns)
    for position, column in enumerate(columns):
        packed[f"length_{position}"] = column.dtype.itemsize if column.ndim == 1 else 4 + 4 * column.shape[1]
        if column.ndim == 2:
            packed[f"dimensions_{position}"] = column.shape[1]
        packed[f"value_{position}"] = column
    return packed.tobytes()


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


def parse_vector_rows(data: bytes, dimensions: int) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """The inverse of `rows`, for ids and vectors."""
    rows = np.frombuffer(data[len(HEADER) : -len(TRAILER)], dtype=_vector_row(dimensions))
    return rows["id"].astype(np.int32), rows["embedding"].astype(np.float32)


def copy_in(connection: Connection, target: str, blocks: Iterable[bytes]) -> None:
    """COPY binary rows into `target`, "table" or "table (columns)"."""
    with _cursor(connection) as cursor, cursor.copy(f"copy {target} from stdin (format binary)") as copy:
        for block in blocks:
            copy.write(block)


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
