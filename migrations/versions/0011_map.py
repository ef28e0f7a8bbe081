"""A map of each model: where its articles stand in the plane, the regions, and ready-made parts for a browser."""

from alembic import op

revision = "0011"
down_revision = "0009"
branch_labels = None
depends_on = None

# Every model has the three tables from its beginning; they are empty until a map is made.
TABLES = r"""
do $$ declare id text; begin
    for id in select substring(relname from '\d+$') from pg_class
              where relnamespace = current_schema()::regnamespace and relkind = 'r'
                and relname ~ '^_article_vectors_\d+$' loop
        execute format('create table _map_positions_%1$s (article_id integer primary key, x real not null,'
                       ' y real not null, region_1 integer, region_2 integer, region_3 integer);'
                       'create table _map_regions_%1$s (region_id integer primary key, level smallint not null,'
                       ' name text, x real not null, y real not null, articles integer not null);'
                       'create table _map_points_%1$s (part text primary key, content bytea not null,'
                       ' made_at timestamp with time zone not null default now())', id);
    end loop;
end $$"""

VIEWS = """
do $$ declare active integer := (select model_id from models where state = 'active'); begin
    execute 'create view article_positions as select article_id, x, y, region_1, region_2, region_3 from '
            || coalesce('_map_positions_' || active,
                        '(select null::integer as article_id, null::real as x, null::real as y,'
                        ' null::integer as region_1, null::integer as region_2, null::integer as region_3'
                        ' where false) p');
    execute 'create view map_regions as select region_id, level, name, x, y, articles from '
            || coalesce('_map_regions_' || active,
                        '(select null::integer as region_id, null::smallint as level, null::text as name,'
                        ' null::real as x, null::real as y, null::integer as articles where false) r');
    execute format('create view _map_points as select %s as model_id, part, content, made_at from ',
                   coalesce(active::text, 'null::integer'))
            || coalesce('_map_points_' || active,
                        '(select null::text as part, null::bytea as content,'
                        ' null::timestamp with time zone as made_at where false) p');
end $$"""

DROP_TABLES = r"""
do $$ declare name regclass; begin
    for name in select oid::regclass from pg_class
                where relnamespace = current_schema()::regnamespace and relkind = 'r'
                  and relname ~ '^_map_(positions|regions|points)_\d+$' loop
        execute format('drop table %s', name);
    end loop;
end $$"""


def upgrade() -> None:
    """Add the tables of every model, the views of the active one, and the rows of `articles_in_region`."""
    op.execute(TABLES)
    op.execute(VIEWS)
    op.execute("create type region_article as (article_id integer, topic text, title text, prominence real)")


def downgrade() -> None:
    """Drop them."""
    op.execute("drop function if exists articles_in_region(integer, integer)")
    op.execute("drop view article_positions, map_regions, _map_points")
    op.execute("drop type region_article")
    op.execute(DROP_TABLES)
