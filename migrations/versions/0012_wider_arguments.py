"""Counts and ids are `bigint` in every function, so that `count(*)` and the ids of other tables fit."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# A function whose arguments change has to go first; all of them are made again.
DROP_FUNCTIONS = """
do $$ declare functions text := (
    select string_agg(oid::regprocedure::text, ', ') from pg_proc
    where pronamespace = current_schema()::regnamespace and proname not in ('fold_title', '_placed'));
begin
    if functions is not null then
        execute 'drop function ' || functions;
    end if;
end $$"""


def upgrade() -> None:
    """Drop the functions with narrower arguments."""
    op.execute(DROP_FUNCTIONS)


def downgrade() -> None:
    """Drop the functions with wider ones."""
    op.execute(DROP_FUNCTIONS)
