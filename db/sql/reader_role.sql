-- Makes the role SCHEMA_reader, which may ask every search of this shelf and do nothing else. It has no login of its
-- own: "grant wikishelf_reader to somebody" gives it to one. This runs at every upgrade and after views are made. It
-- grants only what is missing, so that the readers of several databases may be set up at once.

do $$ declare
    shelf constant text := current_schema();
    reader constant text := shelf || '_reader';
    relation regclass;
    routine regprocedure;
begin
    begin
        if to_regrole(quote_ident(reader)) is null then
            execute format('create role %I nologin', reader);
            insert into _installed (object) values (format('role %I', reader)) on conflict do nothing;
        end if;
    exception
        when duplicate_object or unique_violation then null;  -- it was made at this moment, for another database
        when insufficient_privilege then
            raise warning 'the role % was not made: %; a login with the right createrole may make it', reader, sqlerrm;
            return;
    end;
    if not has_schema_privilege(reader, shelf, 'usage') then
        execute format('grant usage on schema %I to %I', shelf, reader);
    end if;
    -- Views answer with their owner's rights, so the reader needs no rights on the vectors' own tables.
    for relation in
        select c.oid from pg_class c
        where c.relnamespace = shelf::regnamespace and c.relkind in ('r', 'v')
          and not has_table_privilege(reader, c.oid, 'select')
          and (c.relname in ('articles', 'links', 'article_links', 'aliases', 'facets', 'models', 'alembic_version',
                             'article_labels', 'article_vectors', '_placed_vectors', 'link_vectors', '_link_weights',
                             'article_positions', 'map_regions', '_map_points')
               or c.relname in (select t.view from _topic_views t))
    loop
        execute format('grant select on %s to %I', relation, reader);
    end loop;
    -- PostgreSQL lets everybody execute a new function. Where old names stay in public, these call the functions for all.
    if not exists (select from _installed where object like 'function public.%') then
        for routine in
            select p.oid from pg_proc p
            where p.pronamespace = shelf::regnamespace and p.prokind = 'f'
              and (p.proacl is null or not has_function_privilege(reader, p.oid, 'execute'))
        loop
            execute format('revoke execute on function %s from public', routine);
            execute format('grant execute on function %s to %I', routine, reader);
        end loop;
    end if;
    -- When and from which wiki, but not from which file.
    if to_regclass('imports') is not null and not has_column_privilege(reader, 'imports', 'wiki', 'select') then
        execute format('grant select (import_id, wiki, finished_at) on imports to %I', reader);
    end if;
exception when insufficient_privilege then
    raise warning 'the role % lacks rights in this database: %', reader, sqlerrm;
end $$;
