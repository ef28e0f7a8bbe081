-- Moves the layout of revisions 0001 to 0005 from the schemas public, staging and vectors to one schema, the first in
-- the search_path. Every object keeps its identity, so views and functions of others that use it go on working.

create temporary table adopted (number integer generated always as identity, object text) on commit drop;

-- 1. Move the tables, and the views over them.
create temporary table moved on commit drop as
select c.oid, c.relname as name, c.relkind as kind
from pg_class c
where c.relnamespace = 'public'::regnamespace
  and (c.relkind = 'r' and c.relname in ('articles', 'links', 'article_links', 'aliases', 'facets', 'models', 'imports',
                                         'last_article', 'alembic_version')
       or c.relkind = 'v' and (c.relname in ('article_vectors', 'link_vectors', 'article_labels')
                               or obj_description(c.oid, 'pg_class') like 'Articles of the topic %'));

do $$ declare
    shelf constant text := current_schema();
    one record;
    other text;
begin
    for one in select * from moved loop
        execute format('alter %s public.%I set schema %I', case one.kind when 'r' then 'table' else 'view' end, one.name, shelf);
    end loop;
    if to_regclass(format('%I.last_article', shelf)) is not null then
        execute format('alter table %I.last_article rename to _last_article', shelf);
    end if;
    for one in
        select c.relname as name, c.relnamespace::regnamespace::text as schema from pg_class c
        where c.relkind = 'r'
          and (c.relnamespace = to_regnamespace('staging')
               and c.relname in ('import', 'parts', 'articles', 'facets', 'links', 'pairs', 'aliases')
               or c.relnamespace = to_regnamespace('vectors') and c.relname ~ '^(article|link)s_\d+$')
    loop
        other := case when one.schema = 'staging' then '_staging_' || one.name
                      else '_' || regexp_replace(one.name, '^(article|link)s_', '\1_vectors_') end;
        execute format('alter table %I.%I rename to %I', one.schema, one.name, other);
        execute format('alter table %I.%I set schema %I', one.schema, other, shelf);
    end loop;
end $$;

do $$ begin
    drop schema staging, vectors;
exception when dependent_objects_still_exist then
    null;  -- others have put something there
end $$;

-- 2. Move the function that indexes use. Copy the row types, because the old functions return the old ones.
do $$ declare
    shelf constant text := current_schema();
    one record;
begin
    execute format('alter function public.fold_title(text) set schema %I', shelf);
    for one in
        select t.oid, t.typname as name, string_agg(format('%I %s', a.attname, format_type(a.atttypid, a.atttypmod)), ', '
                                           order by a.attnum) as fields
        from pg_type t join pg_attribute a on a.attrelid = t.typrelid
        where t.typnamespace = 'public'::regnamespace and t.typtype = 'c'
          and t.typname in ('similar_article', 'similar_link', 'found_article', 'near_link', 'explained_link')
        group by t.oid, t.typname
    loop
        execute format('create type %I.%I as (%s)', shelf, one.name, one.fields);
        insert into adopted (object) values ('type public.' || quote_ident(one.name));
    end loop;
end $$;

-- 3. Make the old names, and list them.
do $$ declare
    shelf constant text := current_schema();
    one record;
begin
    execute format('create function public.fold_title(title text) returns text language sql immutable strict parallel safe'
                   ' return %I.fold_title(title)', shelf);
    insert into adopted (object) values ('function public.fold_title(text)');
    for one in select * from moved where name not in ('last_article', 'alembic_version') loop
        execute format('create view public.%I as select * from %I.%I', one.name, shelf, one.name);
        if to_regrole('wikishelf_reader') is not null then
            execute format('grant select on public.%I to wikishelf_reader', one.name);
        end if;
        insert into adopted (object) values ('view public.' || quote_ident(one.name));
    end loop;
    insert into adopted (object)
    select format('function public.%I(%s)', p.proname, pg_get_function_identity_arguments(p.oid)) from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.proname in (
        'article_embedding', 'articles_near_link', 'embed_links', 'explain_similarity', 'facet_conditions', 'few_articles',
        'find_article', 'find_articles', 'find_link', 'link_embedding', 'links_near_article', 'matching_articles',
        'nearest_articles', 'nearest_matching_articles', 'recommend_articles', 'search_articles', 'similar_articles',
        'similar_links', 'taste_embedding', 'weighted_by_rarity')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e');
end $$;

-- 4. Reset what was set for the whole database, because other queries felt it as well.
do $$ begin
    execute format('alter database %I reset hnsw.ef_search', current_database());
    execute format('alter database %I reset hnsw.iterative_scan', current_database());
exception when insufficient_privilege then
    null;  -- only the owner of the database may reset it, and only an owner can have set it
end $$;
