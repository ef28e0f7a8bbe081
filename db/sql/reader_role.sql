-- The role wikishelf_reader: it may ask every search and nothing else. No login of its own: "grant wikishelf_reader to
-- somebody". Run at every upgrade and after views are made; it grants only what is missing, so that readers of several
-- databases may be set up at once.

do $$ begin
    if to_regrole('wikishelf_reader') is null then
        create role wikishelf_reader nologin;
    end if;
exception
    when duplicate_object or unique_violation then null;  -- made at this moment, for another database of the server
    when insufficient_privilege then
        raise warning 'the role wikishelf_reader is not made: %; a role with createrole may make it', sqlerrm;
end $$;

do $$ declare
    own_schema regnamespace := current_schema()::regnamespace;
    relation regclass;
begin
    if to_regrole('wikishelf_reader') is null then
        return;
    end if;
    if not has_schema_privilege('wikishelf_reader', own_schema, 'usage') then
        execute format('grant usage on schema %s to wikishelf_reader', own_schema);
    end if;
    -- Views answer with their owner's rights: the reader needs none on the schema of the vectors.
    for relation in
        select oid from pg_class
        where relnamespace = own_schema
          and (relname in ('articles', 'links', 'article_links', 'aliases', 'facets', 'models', 'alembic_version',
                           'article_labels', 'article_vectors', 'link_vectors')
               or (relkind = 'v' and obj_description(oid, 'pg_class') like 'Articles of the topic %'))
          and not has_table_privilege('wikishelf_reader', oid, 'select')
    loop
        execute format('grant select on %s to wikishelf_reader', relation);
    end loop;
    -- What PostgreSQL gives everybody: temporary tables, and before version 15 tables.
    if has_schema_privilege('wikishelf_reader', own_schema, 'create') then
        execute format('revoke create on schema %s from public', own_schema);
    end if;
    if has_database_privilege('wikishelf_reader', current_database(), 'temporary') then
        execute format('revoke temporary on database %I from public', current_database());
    end if;
exception when insufficient_privilege then
    raise warning 'the role wikishelf_reader lacks rights in this database: %', sqlerrm;
end $$;
