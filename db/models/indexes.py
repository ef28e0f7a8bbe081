"""The HNSW indexes of a model's vectors. They are speed and never an answer: without one a search compares all rows."""

from collections.abc import Sequence
from typing import NamedTuple

from sqlalchemy import Connection, Index, Table, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.schema import CreateIndex

from db.models import registry
from db.models.tables import vector_table


class Building(NamedTuple):
    """How an index is built: links of each row, and rows that are looked at for them."""

    m: int
    ef_construction: int


# With pgvector's default ef_construction of 64 an index lost whole clusters: 8 of 200 questions to 1,000,000 clustered
# vectors found nothing near, at any ef_search up to 200. Rows in the order of `storage_order.scaffold_first` need less
# than others: of 600 questions to 37,020 made-up articles, 128 lost none, as 200 did without that order, in .7 of the
# time. With m = 24 the index found no more and took a fifth more room. With m = 12 a search at an ef_search of 30 found
# less. A search by prominence has one of 60 or more, and there it found as much as with 16, in .8 of the time.
BUILDING = {
    ("articles", "embedding"): Building(16, 128),  # built before the model answers
    ("articles", "placed"): Building(12, 128),  # built when the model answers already
    ("links", "embedding"): Building(16, 100),  # built only if it is asked for
}
# A model of before revision 0008 has a column `placed` without dimensions and values, which cannot be indexed.
LACKING = text("""
    select a.atttypmod > 0 and not exists (
        select from pg_index i where i.indrelid = a.attrelid and a.attnum = any (i.indkey))
    from pg_attribute a where a.attrelid = to_regclass(:table) and a.attname = :column""")
INSUFFICIENT_RESOURCES = "53"  # a class of SQLSTATE codes


class Built(NamedTuple):
    """What `complete` did.

    Attributes
    ----------
    built : sequence of str
        The names of the new indexes.
    """

    model_id: int
    built: Sequence[str]


def complete(connection: Connection, model_id: int | None = None, links: bool = False) -> Built:
    """Build those indexes of a model that are missing; searches go on, and writes of its vectors wait.

    Parameters
    ----------
    model_id : int or None
        None means the active model.
    links : bool
        Whether links are indexed, too. Without an index a question for links compares all of them.

    Raises
    ------
    ModelNotFound, ModelUnusable, NoActiveModel
    """
    model = registry.kept(connection, model_id, "indexed")
    built = []
    for kind, column in BUILDING:
        if kind == "links" and not links:
            continue
        table = vector_table(kind, model.model_id, model.dimensions)
        connection.execute(text(f"lock table {table.name} in share row exclusive mode"))  # one process builds
        if connection.scalar(LACKING, {"table": table.name, "column": column}):
            n_rows = connection.scalar(text(f"select count(*) from {table.name}")) or 0
            build(connection, table, column, build_memory(n_rows, model.dimensions))
            built.append(f"{table.name}_{column}_idx")
    return Built(model.model_id, built)


def build(connection: Connection, table: Table, column: str, memory: str) -> None:
    """Build one index, with the memory that `build_memory` reckons."""
    index = _described(table, column)
    connection.execute(text(f"set local maintenance_work_mem = '{memory}'"))
    try:
        with connection.begin_nested():
            connection.execute(CreateIndex(index))
    except OperationalError as error:
        if not (getattr(error.orig, "sqlstate", None) or "").startswith(INSUFFICIENT_RESOURCES):
            raise
        # Parallel workers need all of it as shared memory, of which a container may have 64 MB. A single process needs
        # no shared memory.
        connection.execute(text("set local max_parallel_maintenance_workers = 0"))
        connection.execute(CreateIndex(index))


def build_memory(n_rows: int, dimensions: int) -> str:
    """Return the `maintenance_work_mem` that an HNSW index needs; with less its build takes several times as long.

    It is derived from the number of rows at which pgvector says that its memory is full: 0.92 KB per row at 50
    dimensions and m = 16. It is at most 4 GB, which is enough for 4,200,000 such rows.
    """
    bytes_per_row = 200 + 4 * dimensions + 32 * 16
    return f"{min(max(64 << 20, n_rows * bytes_per_row * 11 // 10), 4 << 30) >> 10}kB"


def _described(table: Table, column: str) -> Index:
    kind = "articles" if "article_id" in table.c else "links"
    return Index(
        f"{table.name}_{column}_idx",
        table.c[column],
        postgresql_using="hnsw",
        postgresql_ops={column: "vector_cosine_ops"},
        postgresql_with=BUILDING[kind, column]._asdict(),
    )
