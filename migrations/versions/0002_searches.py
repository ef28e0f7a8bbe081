"""The row types, labels and indexes that searches need."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

ROW_TYPES = """
create type near_link as (link_id integer, kind text, title text, similarity real, score real);
create type explained_link as (
    link_id integer, kind text, title text, other_link_id integer, other_kind text, other_title text,
    similarity real, share real);
"""

LABELS = """
create view article_labels as
select article_id, name, value from facets
union all
select article_id, 'topic', topic from articles;
comment on view article_labels is 'What articles can be filtered by: their facets and their topic';
"""

# In plain ASCII there is only the case to fold, which takes a quarter of the time. The results are the same, so the
# indexes stay as they are.
FOLD_TITLE = r"""
create or replace function fold_title(title text) returns text
language sql immutable strict parallel safe
return case when octet_length(title) = length(title) then lower(title)
            else lower(translate(regexp_replace(normalize(title, nfkd), '[\u0300-\u036f]', '', 'g'),
                                 'øØłŁđĐıħĦ', 'oOlLdDihH')) end;
"""


def upgrade() -> None:
    """Create the row types, labels and indexes."""
    op.execute(FOLD_TITLE)
    op.execute(ROW_TYPES)
    op.execute(LABELS)
    # An index that holds the id as well answers without the table.
    op.drop_index("facets_name_value_idx", "facets")
    op.create_index("facets_name_value_article_id_idx", "facets", ["name", "value", "article_id"])
    op.drop_index("articles_topic_idx", "articles")
    op.create_index("articles_topic_article_id_idx", "articles", ["topic", "article_id"])
    for table in ("articles", "aliases"):
        op.execute(f"create index {table}_title_prefix_idx on {table} (fold_title(title) text_pattern_ops)")


def downgrade() -> None:
    """Drop the row types, labels and indexes."""
    for table in ("articles", "aliases"):
        op.drop_index(f"{table}_title_prefix_idx", table)
    op.drop_index("articles_topic_article_id_idx", "articles")
    op.create_index("articles_topic_idx", "articles", ["topic"])
    op.drop_index("facets_name_value_article_id_idx", "facets")
    op.create_index("facets_name_value_idx", "facets", ["name", "value"])
    op.execute("drop view article_labels")
    op.execute("drop type near_link, explained_link")
