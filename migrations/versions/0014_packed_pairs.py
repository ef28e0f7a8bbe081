"""The pairs that an import stages are packed, a batch in a row."""

from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Make the table anew. What an older program has staged is never merged: see READER_VERSION in ingest/plan.py."""
    op.execute("""
        drop table _staging_pairs;
        create unlogged table _staging_pairs (part integer, batch integer, pairs bytea);
        alter table _staging_pairs alter column pairs set storage external;
    """)


def downgrade() -> None:
    """Make it as it was."""
    op.execute("""
        drop table _staging_pairs;
        create unlogged table _staging_pairs (
            part integer, row integer, number integer, occurrences integer, see_also boolean);
    """)
