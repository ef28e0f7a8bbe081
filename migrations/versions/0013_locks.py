"""Tables that imports and trainings lock, because any login may take an advisory lock."""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

TABLES = ("_import_lock", "_training_lock")


def upgrade() -> None:
    """Create the tables, which stay empty."""
    for table in TABLES:
        op.create_table(table, sa.Column("unused", sa.Integer()))


def downgrade() -> None:
    """Drop them."""
    for table in TABLES:
        op.drop_table(table)
