"""Counts and ids are `bigint` in every function, so that `count(*)` and the ids of other tables fit."""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

# A function whose arguments change has to go first; all of them are made again. What a view of somebody's uses stays as
# it is, under a name of its own, and the view goes on answering.
REPLACE_FUNCTIONS = r"""
do $$ declare
    one record;
    dropped integer := 1;
begin
    while dropped > 0 loop
        dropped := 0;
        for one in select oid::regprocedure as name from pg_proc
                   where pronamespace = current_schema()::regnamespace and proname not in ('fold_title', '_placed') loop
            begin
                execute 'drop function ' || one.name;
                dropped := dropped + 1;
            exception when dependent_objects_still_exist then
                null;  -- the next round comes to it again
            end;
        end loop;
    end loop;
    for one in select oid::regprocedure as name, left('_kept_' || proname, 63) as kept from pg_proc
               where pronamespace = current_schema()::regnamespace and proname not in ('fold_title', '_placed') loop
        execute format('alter function %s rename to %I', one.name, one.kept);
    end loop;
end $$"""

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
    """Drop the functions with narrower arguments, or rename them."""
    op.execute(REPLACE_FUNCTIONS)


def downgrade() -> None:
    """Drop the functions with wider ones."""
    op.execute(DROP_FUNCTIONS)
