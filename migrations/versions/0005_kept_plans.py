"""The searches with conditions in a function that keeps its plans; the replay of the functions makes it."""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Nothing in the tables: a database of the last revision gets the functions."""


def downgrade() -> None:
    """Nothing."""
