"""Links that stand in the section "See also" of an article are marked."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the columns. What an older program has staged is never merged: see READER_VERSION in ingest/plan.py."""
    op.add_column("article_links", sa.Column("see_also", sa.Boolean(), nullable=False, server_default=sa.text("false")))
    op.execute("alter table _staging_pairs add column see_also boolean")


def downgrade() -> None:
    """Drop them."""
    op.execute("alter table _staging_pairs drop column see_also")
    op.drop_column("article_links", "see_also")
