"""The tables of a shelf, for SQLAlchemy Core; `migrations/` creates them, and `tests/migration` compares the two.

The tables are named without a schema, because every transaction sets its search_path to the shelf. A name that begins
with an underscore is internal and may change with any release (docs/stability.md).
"""

from pgvector.sqlalchemy import Vector
from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Computed,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

NAMING = {
    "ix": "%(table_name)s_%(column_0_N_name)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_N_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
metadata = MetaData(naming_convention=NAMING)


def _title_indexes(table: str) -> tuple[Index, Index]:
    """Index the titles as searches compare them: by their trigrams, and by how they begin."""
    folded = func.fold_title(text("title")).label("folded")
    return (
        Index(f"{table}_folded_title_idx", folded, postgresql_using="gin", postgresql_ops={"folded": "gin_trgm_ops"}),
        Index(f"{table}_title_prefix_idx", folded, postgresql_ops={"folded": "text_pattern_ops"}),
    )


articles = Table(
    "articles",
    metadata,
    Column("article_id", Integer, primary_key=True, autoincrement=False),
    Column("page_id", BigInteger),
    Column("topic", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("infobox", JSONB, nullable=False),
    Column("revision_id", BigInteger),
    Column("revised_at", DateTime(timezone=True)),
    Column("text_length", Integer, nullable=False),
    Column("linked_from", Integer),  # pages that link to it; null where no dump was counted
    Column("prominence", REAL, nullable=False, server_default=text("0")),  # standardised within the topic
    # Checked at the end of a statement, so that two articles may swap their titles in one import.
    UniqueConstraint("page_id", deferrable=True, initially="IMMEDIATE"),
    UniqueConstraint("title", deferrable=True, initially="IMMEDIATE"),
    Index(None, "topic", "article_id"),
    *_title_indexes("articles"),
)

links = Table(
    "links",
    metadata,
    Column("link_id", Integer, primary_key=True, autoincrement=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("article_count", Integer, nullable=False, server_default=text("0")),
    Column("article_id", Integer, ForeignKey("articles.article_id", ondelete="SET NULL")),
    UniqueConstraint("title", "kind"),  # a search by title alone uses it as well
    CheckConstraint("kind in ('page', 'category', 'site')", name="kind"),
    Index(None, "article_id"),
)

# This table has no foreign keys. Their row triggers would cost 5 microseconds for each row and key (measured on
# facets), while storing a pair costs 1. Only the merge writes these rows.
article_links = Table(
    "article_links",
    metadata,
    Column("article_id", Integer, primary_key=True),
    Column("link_id", Integer, primary_key=True),
    Column("occurrences", Integer, nullable=False),
    Column("see_also", Boolean, nullable=False, server_default=text("false")),  # in the section "See also"
    Index(None, "link_id", "article_id"),
)

aliases = Table(
    "aliases",
    metadata,
    Column("title", Text, primary_key=True),
    Column("target", Text, nullable=False),
    Index(None, "target"),
    *_title_indexes("aliases"),
)

facets = Table(
    "facets",
    metadata,
    Column("article_id", Integer, ForeignKey("articles.article_id", ondelete="CASCADE"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Index(None, "name", "value", "article_id"),
)

models = Table(
    "models",
    metadata,
    Column("model_id", Integer, Identity(), primary_key=True),
    Column("created_at", DateTime(timezone=True), nullable=False, server_default=func.now()),
    Column("state", Text, nullable=False),
    Column("objective", Text, nullable=False),
    Column("dimensions", Integer, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("metrics", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("fingerprint", Text),  # a hash of the pairs that the model was trained on
    Column("reason", Text),  # says why the training failed
    CheckConstraint("state in ('training', 'ready', 'active', 'failed')", name="state"),
    Index("models_one_active_key", "state", unique=True, postgresql_where=text("state = 'active'")),
)

# The one row holds the highest id ever given, so that no new article answers with the vector of one that vanished.
last_article = Table("_last_article", metadata, Column("article_id", Integer, nullable=False))

imports = Table(
    "imports",
    metadata,
    Column("import_id", Integer, Identity(), primary_key=True),
    Column("source", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("wiki", Text),
    Column("started_at", DateTime(timezone=True), nullable=False),
    Column("finished_at", DateTime(timezone=True), nullable=False, server_default=func.clock_timestamp()),
    Column("counts", JSONB, nullable=False),
)


# With pgvector's default ef_construction of 64 the index lost whole clusters: 8 of 200 questions to 1,000,000 clustered
# vectors found nothing near, at any ef_search up to 200. With 200 there is no such question. An ef_construction of 200
# finds more at an ef_search of 30 than one of 128 did at 40. With m = 24 the index found no more and took a fifth more
# room; with m = 12 it found 0.941 of the ten nearest instead of 0.976.
HNSW = {"m": 16, "ef_construction": 200}


# This table lists what an upgrade made besides the shelf's tables, in order, such as "extension vector" and
# "role wikishelf_reader". An uninstall drops these in reverse order.
installed = Table(
    "_installed",
    metadata,
    Column("number", Integer, Identity(), primary_key=True),
    Column("object", Text, nullable=False),
    UniqueConstraint("object"),
)

topic_views = Table(
    "_topic_views",
    metadata,
    Column("view", Text, primary_key=True),
    Column("topic", Text, nullable=False),
    Column("definition", Text, nullable=False),
)


def vector_table(kind: str, model_id: int, dimensions: int) -> Table:
    """Describe the table of one model's vectors of one kind, with its HNSW index; a drop frees its space at once."""
    one = kind.removesuffix("s")
    name = f"_{one}_vectors_{model_id}"
    table = Table(
        name,
        MetaData(naming_convention=NAMING),
        Column(f"{one}_id", Integer, primary_key=True, autoincrement=False),
        Column("embedding", Vector(dimensions), nullable=False),
    )
    _index(table, "embedding")
    if kind == "articles":
        placed = Computed("_placed(embedding, prominence)", persisted=True)
        table.append_column(Column("prominence", REAL, nullable=False))
        table.append_column(Column("placed", Vector(dimensions + 2), placed))
        table.append_column(Column("trained", Vector(dimensions)))  # null for a folded-in article
        table.append_column(Column("folded_from", ARRAY(Integer)))  # the links that it was made from; null if trained
        _index(table, "placed")
    return table


def _index(table: Table, column: str) -> None:
    Index(
        f"{table.name}_{column}_idx",
        table.c[column],
        postgresql_using="hnsw",
        postgresql_ops={column: "vector_cosine_ops"},
        postgresql_with=HNSW,
    )


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
