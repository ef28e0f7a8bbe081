create or replace function _accepted(
    count bigint default 1, prominence double precision default 0, min_similarity double precision default null,
    diversity double precision default 0)
returns boolean
language sql immutable parallel safe
begin atomic
    select _refuse(case
        when count is null or count < 1 then format('count must be a whole number above 0, not %s', coalesce(count::text, 'null'))
        when prominence is null or prominence not between -1 and 1 then format(
            'prominence must be between -1 (hidden gems) and 1 (well known), not %s', coalesce(prominence::text, 'null'))
        when min_similarity not between -1 and 1 then format('min_similarity must be between -1 and 1, not %s', min_similarity)
        when diversity not between 0 and 1 then format('diversity must be between 0 and 1, not %s', diversity)
        end);
end;
comment on function _accepted(bigint, double precision, double precision, double precision) is
    'True, or an error that names the argument that no search takes';
