"""The tables of a shelf, for SQLAlchemy Core; `migrations/` creates them, and `tests/migration` compares the two.

The tables are named without a schema, because every transaction sets its search_path to the shelf. A name that begins
with an underscore is internal and may change with any release (docs/stability.md).
"""

from sqlalchemy import (
    REAL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Identity,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

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

# The one row holds how many pages the stored `articles.linked_from` were counted on.
counted_pages = Table("_counted_pages", metadata, Column("pages", Integer, nullable=False))

# Whoever imports or trains locks one of these, which have no rows: only a login that may write can do so.
import_lock = Table("_import_lock", metadata, Column("unused", Integer))
training_lock = Table("_training_lock", metadata, Column("unused", Integer))

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
