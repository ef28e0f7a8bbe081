"""A staging table for what the pages of a dump link to, and how many pages the stored counts were made of."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the tables. Hashes do not compress, so the server shall not try to."""
    op.execute("""
        create unlogged table _staging_page_links (
            part integer, number integer, pages bytea, sizes bytea, targets bytea);
        alter table _staging_page_links alter column pages set storage external,
            alter column sizes set storage external, alter column targets set storage external;
    """)
    op.create_table("_counted_pages", sa.Column("pages", sa.Integer, nullable=False))
    op.execute("insert into _counted_pages values (0)")


def downgrade() -> None:
    """Drop them."""
    op.drop_table("_counted_pages")
    op.drop_table("_staging_page_links")
