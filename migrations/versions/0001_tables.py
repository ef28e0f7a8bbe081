"""Tables, the staging area of imports, row types of searches, and the empty views of the active vectors."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

# `translate` is for the letters that Unicode does not decompose. The indexes hold the function's results, so a change
# of the function needs a migration that rebuilds them.
FOLD_TITLE = r"""
create function fold_title(title text) returns text
language sql immutable strict parallel safe
return lower(translate(regexp_replace(normalize(title, nfkd), '[\u0300-\u036f]', '', 'g'),
                       'øØłŁđĐıħĦ', 'oOlLdDihH'));
comment on function fold_title is 'A title without case and accents, as searches compare it';
"""

# An import's records wait here until all parts are read. The tables are unlogged, which halves the writing: they
# outlive a killed import, but are empty after a crash of the server, and then the import begins anew. `part` and `row`
# name an article; `part` and `number` name a link.
STAGING = """
create unlogged table _staging_import (key text not null, topics text[] not null, prune boolean not null);
create unlogged table _staging_parts (part integer primary key, report jsonb);
create unlogged table _staging_articles (
    part integer, row integer, page_id bigint, topic text, title text, infobox jsonb,
    revision_id bigint, revised_at timestamptz, text_length integer);
create unlogged table _staging_facets (part integer, row integer, name text, value text);
create unlogged table _staging_links (part integer, number integer, kind text, title text);
create unlogged table _staging_pairs (part integer, row integer, number integer, occurrences integer);
create unlogged table _staging_aliases (title text, target text);
"""

ROW_TYPES = """
create type similar_article as (article_id integer, topic text, title text, similarity real);
create type similar_link as (link_id integer, kind text, title text, similarity real);
create type found_article as (article_id integer, topic text, title text, alias text, score real);
"""

EMPTY_VIEWS = """
create view article_vectors as select null::integer as article_id, null::vector as embedding where false;
create view link_vectors as select null::integer as link_id, null::vector as embedding where false;
comment on view article_vectors is 'Unit vectors of the articles, of the active model';
comment on view link_vectors is 'Unit vectors of the links, of the active model';
"""


def upgrade() -> None:
    """Create all of it."""
    op.execute(FOLD_TITLE)
    _articles_and_links()
    _models_and_imports()
    op.execute(STAGING)
    op.execute(ROW_TYPES)
    op.execute(EMPTY_VIEWS)


def _articles_and_links() -> None:
    op.create_table(
        "articles",
        sa.Column("article_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("page_id", sa.BigInteger()),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("infobox", postgresql.JSONB(), nullable=False),
        sa.Column("revision_id", sa.BigInteger()),
        sa.Column("revised_at", sa.DateTime(timezone=True)),
        sa.Column("text_length", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", name="articles_pkey"),
        sa.UniqueConstraint("page_id", name="articles_page_id_key", deferrable=True, initially="IMMEDIATE"),
        sa.UniqueConstraint("title", name="articles_title_key", deferrable=True, initially="IMMEDIATE"),
    )
    op.create_index("articles_topic_idx", "articles", ["topic"])
    op.create_table(
        "links",
        sa.Column("link_id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("article_count", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("article_id", sa.Integer()),
        sa.PrimaryKeyConstraint("link_id", name="links_pkey"),
        sa.UniqueConstraint("title", "kind", name="links_title_kind_key"),
        sa.CheckConstraint("kind in ('page', 'category', 'site')", name="links_kind_check"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.article_id"], name="links_article_id_fkey", ondelete="SET NULL"
        ),
    )
    op.create_index("links_article_id_idx", "links", ["article_id"])
    op.create_table(
        "article_links",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("link_id", sa.Integer(), nullable=False),
        sa.Column("occurrences", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "link_id", name="article_links_pkey"),
    )
    op.create_index("article_links_link_id_article_id_idx", "article_links", ["link_id", "article_id"])
    op.create_table(
        "aliases",
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("target", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("title", name="aliases_pkey"),
    )
    op.create_index("aliases_target_idx", "aliases", ["target"])
    op.create_table(
        "facets",
        sa.Column("article_id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("article_id", "name", "value", name="facets_pkey"),
        sa.ForeignKeyConstraint(
            ["article_id"], ["articles.article_id"], name="facets_article_id_fkey", ondelete="CASCADE"
        ),
    )
    op.create_index("facets_name_value_idx", "facets", ["name", "value"])
    for table in ("articles", "aliases"):
        op.execute(f"create index {table}_folded_title_idx on {table} using gin (fold_title(title) gin_trgm_ops)")


def _models_and_imports() -> None:
    op.create_table(
        "models",
        sa.Column("model_id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.now()),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("objective", sa.Text(), nullable=False),
        sa.Column("dimensions", sa.Integer(), nullable=False),
        sa.Column("settings", postgresql.JSONB(), nullable=False),
        sa.Column("metrics", postgresql.JSONB(), nullable=False, server_default=sa.text("'{}'::jsonb")),
        sa.Column("fingerprint", sa.Text()),
        sa.Column("reason", sa.Text()),
        sa.PrimaryKeyConstraint("model_id", name="models_pkey"),
        sa.CheckConstraint("state in ('training', 'ready', 'active', 'failed')", name="models_state_check"),
    )
    op.create_index(
        "models_one_active_key", "models", ["state"], unique=True, postgresql_where=sa.text("state = 'active'")
    )
    op.create_table(
        "imports",
        sa.Column("import_id", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("wiki", sa.Text()),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=False, server_default=sa.func.clock_timestamp()),
        sa.Column("counts", postgresql.JSONB(), nullable=False),
        sa.PrimaryKeyConstraint("import_id", name="imports_pkey"),
    )


def downgrade() -> None:
    """Drop everything but the extensions, which others may use."""
    op.execute("drop view article_vectors, link_vectors")
    for table in ("import", "parts", "articles", "facets", "links", "pairs", "aliases"):
        op.drop_table(f"_staging_{table}")
    op.execute("drop type similar_article, similar_link, found_article")
    for table in ("imports", "models", "facets", "aliases", "article_links", "links", "articles"):
        op.drop_table(table)
    op.execute("drop function fold_title")
