"""A table that holds the highest id that an article ever had."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the table, with its one row."""
    op.create_table("_last_article", sa.Column("article_id", sa.Integer, nullable=False))
    op.execute("insert into _last_article select coalesce(max(article_id), 0) from articles")


def downgrade() -> None:
    """Drop the table."""
    op.drop_table("_last_article")
