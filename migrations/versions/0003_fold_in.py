"""A column that says from which links a vector was made that came after a training."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

EVERY_MODEL = r"""
do $$ declare name regclass; begin
    for name in select oid::regclass from pg_class
                where relnamespace = current_schema()::regnamespace and relkind = 'r'
                  and relname ~ '^_article_vectors_\d+$' loop
        execute format($statement${}$statement$, name);
    end loop;
end $$"""


def upgrade() -> None:
    """Add the column to the article vectors of every model."""
    op.execute(EVERY_MODEL.format("alter table %s add column folded_from integer[]"))


def downgrade() -> None:
    """Delete the vectors that came after the trainings, and the column."""
    op.execute(EVERY_MODEL.format("delete from %s where folded_from is not null"))
    op.execute(EVERY_MODEL.format("alter table %s drop column folded_from"))
