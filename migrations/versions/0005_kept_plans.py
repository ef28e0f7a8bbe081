"""A function that keeps its plans answers the searches with conditions.

This revision changes no table. It exists so that a database at revision 0004 counts as old: its upgrade makes all
functions anew.
"""

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Change nothing; the functions are made after the migrations."""


def downgrade() -> None:
    """Change nothing."""
