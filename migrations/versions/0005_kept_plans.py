"""The searches with conditions in a function that keeps its plans; the replay of the functions makes it."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing in the tables: a database of the last revision gets the functions."""


def downgrade() -> None:
    """Drop it."""
    op.execute("""
        drop function nearest_matching_articles(
            vector, integer[], integer, text, jsonb, integer, boolean, boolean, boolean, boolean)""")
