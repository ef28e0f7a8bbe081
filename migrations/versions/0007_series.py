"""The row type of `series_articles`; the replay of the functions makes the function."""

from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it."""
    op.execute("create type series_article as (place integer, article_id integer, topic text, title text)")


def downgrade() -> None:
    """Drop it, and the function that returns it."""
    op.execute("drop function if exists series_articles(text)")
    op.execute("drop type series_article")
