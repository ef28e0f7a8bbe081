"""The HNSW indexes of a model's vectors. They only make searches faster: without one, all rows are compared."""

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


# In the order in which they are built: before the model answers, when it answers already, and only if asked for.
COLUMNS = (("articles", "embedding"), ("articles", "placed"), ("links", "embedding"))
MANY = 200_000


def building(kind: str, column: str, n_rows: int) -> Building:
    """How carefully an index of so many rows is built; docs/search-speed.md has the measurements.

    With pgvector's default ef_construction of 64 an index lost whole clusters. With 128 one question of 500 to 37,020
    articles ended in a wrong cluster, and with 200 one of 3,000. With m = 24 the index found no more and took a fifth
    more room, and with m = 12 it found less at an ef_search of 30. A search by prominence has one of 100 or more, where
    the two found as much, and the build took .8 of the time.
    """
    if kind == "links":
        return Building(16, 200 if n_rows >= MANY else 100)
    return Building(12, 128) if column == "placed" and n_rows < MANY else Building(16, 200)


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
    for kind, column in COLUMNS:
        if kind == "links" and not links:
            continue
        table = vector_table(kind, model.model_id, model.dimensions)
        connection.execute(text(f"lock table {table.name} in share row exclusive mode"))  # one process builds
        if connection.scalar(LACKING, {"table": table.name, "column": column}):
            n_rows = connection.scalar(text(f"select count(*) from {table.name}")) or 0
            build(connection, table, column, n_rows, model.dimensions)
            built.append(f"{table.name}_{column}_idx")
    return Built(model.model_id, built)


def build(connection: Connection, table: Table, column: str, n_rows: int, dimensions: int) -> None:
    """Build the index of one column, with the memory that it needs."""
    index = Index(
        f"{table.name}_{column}_idx",
        table.c[column],
        postgresql_using="hnsw",
        postgresql_ops={column: "vector_cosine_ops"},
        postgresql_with=building("articles" if "article_id" in table.c else "links", column, n_rows)._asdict(),
    )
    connection.execute(text(f"set local maintenance_work_mem = '{build_memory(n_rows, dimensions)}'"))
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
