"""How much of the wiki points at an article, and vectors in which that can be turned up and down."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# A vector u and a prominence z become x = (u, 0.3 z, r) / N, where r makes all x of one length. The cosine of x and of
# (asked, c / 0.3, 0) orders by u . asked + c z for every c: one index answers all settings of the dial. recall@10 of an
# HNSW index of 9,679 books / of 37,020 made-up articles, the least for c from -0.32 to 0.32, z from -3 to 3, ef_search
# 60: .964 / .954 with 0.2 in place of 0.3, .976 / .993 with 0.3, .974 / .996 with 0.45, .953 / .992 with 0.6.
PLACED = """
create function _placed(embedding vector, prominence real) returns vector
language sql immutable parallel safe
begin atomic
    select l2_normalize((embedding::real[] || array[
        0.3 * prominence, sqrt(greatest(0.81 - (0.3 * prominence) ^ 2, 0))]::real[])::vector);
end;
comment on function _placed(vector, real) is
    'The vector and two more numbers, by which an index orders for any prominence';
"""

# A function whose arguments or columns change has to go first; all of them are made again.
DROP_FUNCTIONS = """
do $$ declare functions text := (
    select string_agg(oid::regprocedure::text, ', ') from pg_proc
    where pronamespace = current_schema()::regnamespace and proname not in ('fold_title', '_placed'));
begin
    if functions is not null then
        execute 'drop function ' || functions;
    end if;
end $$"""

# The models that there are get no values, which would write all their rows and indexes anew. They answer every setting
# of the dial alike.
COLUMNS = r"""
do $$ declare name regclass; begin
    for name in select oid::regclass from pg_class
                where relnamespace = current_schema()::regnamespace and relkind = 'r'
                  and relname ~ '^_article_vectors_\d+$' loop
        execute format('alter table %s add column prominence real, add column placed vector,'
                       ' add column trained vector', name);
    end loop;
end $$"""

VIEWS = """
do $$ declare
    active integer := (select model_id from models where state = 'active');
    vectors text := coalesce('_article_vectors_' || active,
                             '(select null::integer as article_id, null::vector as embedding, null::vector as trained,'
                             ' null::real as prominence, null::vector as placed where false) v');
begin
    execute 'create or replace view article_vectors as select article_id, embedding::vector as embedding,'
            ' coalesce(trained, embedding)::vector as trained, coalesce(prominence, 0) as prominence from ' || vectors;
    execute 'create view _placed_vectors as select article_id, placed::vector as placed from ' || vectors;
end $$"""

OLD_VIEWS = """
do $$ declare active integer := (select model_id from models where state = 'active'); name text; begin
    for name in select view from _topic_views loop
        execute format('drop view %I.%I', current_schema(), name);
    end loop;
    delete from _topic_views;
    drop view article_vectors, _placed_vectors;
    execute 'create view article_vectors as select article_id, embedding::vector as embedding from '
            || coalesce('_article_vectors_' || active,
                        '(select null::integer as article_id, null::vector as embedding where false) v');
end $$"""


EVERY_MODEL = r"""
do $$ declare name regclass; begin
    for name in select oid::regclass from pg_class
                where relnamespace = current_schema()::regnamespace and relkind = 'r'
                  and relname ~ '^_article_vectors_\d+$' loop
        execute format('alter table %s drop column if exists placed, drop column if exists trained,'
                       ' drop column if exists prominence', name);
    end loop;
end $$"""


def upgrade() -> None:
    """Add the columns, the function `_placed`, and the views that show both vectors."""
    op.add_column("articles", sa.Column("linked_from", sa.Integer()))
    op.add_column("articles", sa.Column("prominence", sa.REAL(), nullable=False, server_default=sa.text("0")))
    op.execute(PLACED)
    op.execute(DROP_FUNCTIONS)
    op.execute("alter type similar_article add attribute score real")
    op.execute(COLUMNS)
    op.execute(VIEWS)


def downgrade() -> None:
    """Drop them; the topic views come back with an import."""
    op.execute(DROP_FUNCTIONS)
    op.execute(OLD_VIEWS)
    op.execute(EVERY_MODEL)
    op.execute("drop function _placed")
    op.execute("alter type similar_article drop attribute score")
    op.drop_column("articles", "prominence")
    op.drop_column("articles", "linked_from")
