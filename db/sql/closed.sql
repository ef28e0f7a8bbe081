-- PostgreSQL gives every login the right to make temporary tables and large objects, to take advisory locks, to sleep and to
-- write into the log of changes. In the embedded database nobody but its owner needs that.
do $$ declare
    one regprocedure;
begin
    execute format('revoke temporary on database %I from public', current_database());
    for one in
        select p.oid from pg_proc p
        where p.pronamespace = 'pg_catalog'::regnamespace
          and (p.proname ~ '^(lo_|pg_sleep|pg_notify|pg_logical_emit_message)' or p.proname ~ 'advisory'
               or p.proname in ('loread', 'lowrite'))
          and has_function_privilege('public', p.oid, 'execute')
    loop
        execute format('revoke execute on function %s from public', one);
    end loop;
end $$;
