"""Store and read vectors; each model has two tables of them."""

from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text
from sqlalchemy.schema import CreateTable

from db import binary_copy
from db.errors import BadVectors
from db.models import indexes
from db.models.storage_order import by_neighbourhood, scaffold_first
from db.models.tables import map_tables, vector_table, weight_table

VectorKind = Literal["articles", "links"]
UNIT_TOLERANCE = 1e-4  # float32 normalisation is accurate to about 1e-7


def store(
    connection: Connection,
    model_id: int,
    kind: VectorKind,
    ids: NDArray[np.int32],
    vectors: NDArray[np.float32],
    *,
    trained: NDArray[np.float32] | None = None,
    link_weights: NDArray[np.float32] | None = None,
) -> None:
    """Write one kind of a model's vectors into a new table: COPY, then ANALYZE; articles get their first index.

    Neighbours are stored, and so indexed, together. That halves the time of a search of 300,000 rows, and the build
    takes three quarters of the time.

    Parameters
    ----------
    ids : int32 array of shape (n,)
        Distinct article or link ids.
    vectors : float32 array of shape (n, dimensions)
        Rows of unit length, by which neighbours are found.
    trained : float32 array of shape (n, dimensions) or None
        Of articles: unit rows by which links are ranked for them. None: the same rows.
    link_weights : float32 array of shape (n,) or None
        For links: the weight of each in the mean of an article's links, as in the training; None for equal weights.

    Raises
    ------
    BadVectors
        A row is not finite or not of unit length (cosine distance to a zero vector is NaN), or an id occurs twice.
    """
    check(kind, ids, vectors)
    table = vector_table(kind, model_id, vectors.shape[1])
    connection.execute(CreateTable(table))
    columns: dict[str, NDArray[Any]] = {f"{kind.removesuffix('s')}_id": ids, "embedding": vectors}
    if kind == "articles":
        columns |= {"prominence": _prominence(connection, ids), "trained": vectors if trained is None else trained}
    order = scaffold_first(by_neighbourhood(vectors))
    rows = binary_copy.rows(*columns.values(), order=order)
    binary_copy.copy_in(connection, f"{table.name} ({', '.join(columns)})", rows)
    if kind == "articles":
        indexes.build(connection, table, "embedding", *vectors.shape)
    connection.execute(text(f"analyze {table.name}"))
    if kind == "articles":
        for empty in map_tables(model_id):
            connection.execute(CreateTable(empty))
    if kind == "links":
        _store_weights(connection, model_id, ids, [1.0] * len(ids) if link_weights is None else link_weights.tolist())


def _prominence(connection: Connection, ids: NDArray[np.int32]) -> NDArray[np.float32]:
    """Of these articles, as the last import left it; 0 of those that are gone."""
    packed = connection.scalar(
        text("select string_agg(int4send(article_id) || float4send(prominence), ''::bytea) from articles")
    )
    known = np.frombuffer(packed or b"", dtype=[("id", ">i4"), ("prominence", ">f4")])
    found = np.zeros(int(max(ids.max(initial=0), known["id"].max(initial=0))) + 1, np.float32)
    found[known["id"]] = known["prominence"]
    return found[ids]


def _store_weights(connection: Connection, model_id: int, link_ids: NDArray[np.int32], weights: list[float]) -> None:
    table = weight_table(model_id)
    connection.execute(CreateTable(table))
    binary_copy.copy_records(connection, table.name, zip(link_ids.tolist(), weights, strict=True))
    connection.execute(text(f"analyze {table.name}"))


def check(kind: VectorKind, ids: NDArray[np.int32], vectors: NDArray[np.float32]) -> None:
    """Refuse rows that would give wrong answers; the message names the first by its id."""
    lengths = np.sqrt(np.einsum("nd,nd->n", vectors, vectors, dtype=np.float64))
    _refuse(kind, ids, ~np.isfinite(lengths), "a value is not finite")
    _refuse(kind, ids, np.abs(lengths - 1) > UNIT_TOLERANCE, "a row is not of unit length")
    values, counts = np.unique(ids, return_counts=True)
    _refuse(kind, values, counts > 1, "an id occurs twice")


def fault(connection: Connection, model_id: int, kind: VectorKind, dimensions: int, n_rows: int | None) -> str | None:
    """Return what is wrong with the stored vectors of this kind, or None if they can answer.

    Parameters
    ----------
    n_rows : int or None
        How many rows the training stored; None if that is not known.
    """
    table = vector_table(kind, model_id, dimensions).name
    if connection.scalar(text("select to_regclass(:table)"), {"table": table}) is None:
        return f"the table {table} is missing"
    trained = "folded_from is null" if kind == "articles" else "true"
    counts = text(f"""
        select count(*) filter (where {trained}),
               count(*) filter (where vector_dims(embedding) <> :dimensions),
               count(*) filter (where not abs(vector_norm(embedding) - 1) <= :tolerance)  -- NaN counts as well
        from {table}""")
    rows, others, bad = connection.execute(counts, {"dimensions": dimensions, "tolerance": UNIT_TOLERANCE}).one()
    if n_rows is not None and rows != n_rows:
        return f"{table} has {rows:,} rows, and {n_rows:,} were stored"
    if others:
        return f"{others:,} rows of {table} do not have {dimensions} dimensions"
    return f"{bad:,} rows of {table} are not of unit length" if bad else None


def _refuse(kind: VectorKind, ids: NDArray[np.int32], bad: NDArray[np.bool_], reason: str) -> None:
    if bad.any():
        raise BadVectors(kind=kind, reason=reason, culprit=int(ids[np.argmax(bad)]))


def read(
    connection: Connection, model_id: int, kind: VectorKind, dimensions: int
) -> tuple[NDArray[np.int32], NDArray[np.float32]]:
    """Read one kind of a model's vectors.

    Returns
    -------
    ids : int32 array of shape (n,)
        Ascending.
    vectors : float32 array of shape (n, dimensions)
    """
    table = vector_table(kind, model_id, dimensions)
    key = next(iter(table.primary_key)).name
    query = f"select {key}, embedding from {table.name} order by {key}"
    return binary_copy.parse_vector_rows(binary_copy.copy_out(connection, query), dimensions)
