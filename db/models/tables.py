"""The tables that each model has of its own; dropping them frees their space at once."""

from pgvector.sqlalchemy import Vector
from sqlalchemy import (
    ARRAY,
    REAL,
    Column,
    Computed,
    DateTime,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    func,
)

from db.schema import NAMING


def vector_table(kind: str, model_id: int, dimensions: int) -> Table:
    """Describe the table of one model's vectors of one kind; `indexes.py` has what is built on it."""
    one = kind.removesuffix("s")
    name = f"_{one}_vectors_{model_id}"
    table = Table(
        name,
        MetaData(naming_convention=NAMING),
        Column(f"{one}_id", Integer, primary_key=True, autoincrement=False),
        Column("embedding", Vector(dimensions), nullable=False),
    )
    if kind == "articles":
        placed = Computed("_placed(embedding, prominence)", persisted=True)
        table.append_column(Column("prominence", REAL, nullable=False))
        table.append_column(Column("placed", Vector(dimensions + 2), placed))
        table.append_column(Column("trained", Vector(dimensions)))  # null for a folded-in article
        table.append_column(Column("folded_from", ARRAY(Integer)))  # the links that it was made from; null if trained
    return table


def map_tables(model_id: int) -> tuple[Table, Table, Table]:
    """Describe the tables of a model's map, which are empty until one is made.

    They hold where the articles stand and in which regions, these regions, and what a browser draws, ready-made.
    """
    metadata = MetaData(naming_convention=NAMING)
    regions = [Column(f"region_{level}", Integer) for level in (1, 2, 3)]
    return (
        Table(
            f"_map_positions_{model_id}",
            metadata,
            Column("article_id", Integer, primary_key=True, autoincrement=False),
            Column("x", REAL, nullable=False),  # from -1 to 1, as y
            Column("y", REAL, nullable=False),  # upwards
            *regions,
        ),
        Table(
            f"_map_regions_{model_id}",
            metadata,
            Column("region_id", Integer, primary_key=True, autoincrement=False),
            Column("level", SmallInteger, nullable=False),  # 1 is coarse, 3 is fine
            Column("name", Text),
            Column("x", REAL, nullable=False),
            Column("y", REAL, nullable=False),
            Column("articles", Integer, nullable=False),
        ),
        Table(
            f"_map_points_{model_id}",
            metadata,
            Column("part", Text, primary_key=True),
            Column("content", LargeBinary, nullable=False),
            Column("made_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
        ),
    )


def weight_table(model_id: int) -> Table:
    """Describe the table of the weights that links have in the mean of an article's links, as in the training."""
    return Table(
        f"_link_weights_{model_id}",
        MetaData(naming_convention=NAMING),
        Column("link_id", Integer, primary_key=True, autoincrement=False),
        Column("weight", REAL, nullable=False),
    )
