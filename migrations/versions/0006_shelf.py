"""What a shelf keeps of itself: what was installed, its topic views, and its models' link weights and settings."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

# A condition says what a label of an article must be or must not be. A search hands an array of them down to its parts.
CONDITION = "create type _condition as (name text, wanted boolean, lows text[], highs text[])"

# Before this revision SQL computed a link's weight in every search: log(1 + articles / articles of the link).
WEIGHTS = r"""
do $$ declare vectors text; weights text; begin
    for vectors in select relname from pg_class
                   where relnamespace = current_schema()::regnamespace and relkind = 'r'
                     and relname ~ '^_link_vectors_\d+$' loop
        weights := replace(vectors, 'vectors', 'weights');
        execute format($statement$
            create table %I as
            select v.link_id,
                   ln(1 + (select max(article_id) from articles) / greatest(l.article_count, 1)::float)::real as weight
            from %I v join links l using (link_id)$statement$, weights, vectors);
        execute format('alter table %I alter weight set not null, add primary key (link_id)', weights);
    end loop;
end $$"""

# Before this revision a topic view was known by its comment.
TOPIC_VIEWS = r"""
insert into _topic_views
select c.relname, found[1], found[2]
from pg_class c
cross join regexp_match(obj_description(c.oid, 'pg_class'),
                        '^Articles of the topic (.*?) that have a vector in the active model; made from (.*)$') found
where c.relnamespace = current_schema()::regnamespace and c.relkind = 'v' and found is not null"""

VIEW = r"""
do $$ declare active integer := (select model_id from models where state = 'active'); begin
    if active is null then
        create view _link_weights as select null::integer as link_id, null::real as weight where false;
    else
        execute format('create view _link_weights as select link_id, weight from %I', '_link_weights_' || active);
    end if;
end $$"""


def upgrade() -> None:
    """Create the tables and views; existing models get their weights."""
    op.execute(CONDITION)
    op.create_table(
        "_installed",
        sa.Column("number", sa.Integer(), sa.Identity(), nullable=False),
        sa.Column("object", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("number", name="_installed_pkey"),
        sa.UniqueConstraint("object", name="_installed_object_key"),
    )
    op.create_table(
        "_topic_views",
        sa.Column("view", sa.Text(), nullable=False),
        sa.Column("topic", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("view", name="_topic_views_pkey"),
    )
    op.execute(TOPIC_VIEWS)
    op.execute(WEIGHTS)
    op.execute(VIEW)
    op.execute("""update models set settings = settings || '{"sharpness": 1.25}'
                  where objective = 'softmax' and not settings ? 'sharpness'""")


def downgrade() -> None:
    """Drop the functions, which are bound to what they use, the topic views, which nothing would list, and tables."""
    op.execute("""
        do $$ declare functions text := (
            select string_agg(oid::regprocedure::text, ', ') from pg_proc
            where pronamespace = current_schema()::regnamespace and proname <> 'fold_title');
        begin
            if functions is not null then
                execute 'drop function ' || functions;
            end if;
        end $$""")
    op.execute("""
        do $$ declare name text; begin
            for name in select view from _topic_views loop
                execute format('drop view %I.%I', current_schema(), name);
            end loop;
        end $$""")
    op.execute("drop view _link_weights")
    op.execute(r"""
        do $$ declare name regclass; begin
            for name in select oid::regclass from pg_class
                        where relnamespace = current_schema()::regnamespace and relkind = 'r'
                          and relname ~ '^_link_weights_\d+$' loop
                execute format('drop table %s', name);
            end loop;
        end $$""")
    op.drop_table("_topic_views")
    op.drop_table("_installed")
    op.execute("drop type _condition")
