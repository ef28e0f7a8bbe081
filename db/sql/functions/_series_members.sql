-- First the chain that preceded_by and followed_by make, the nearest articles first; then the articles that share a series
-- with the asked one, or with its chain if it names no series; then what chains reach from these. A recursion stops when
-- nobody wants its next row, so the limits bound the work as well. Not inlined (plpgsql): its plans are kept. Of a
-- recursion the planner expects so many rows that it would compile the query (jit), which takes longer than running it.
create or replace function _series_members(article_id integer) returns integer[]
language plpgsql stable strict parallel safe
set search_path from current
set plan_cache_mode = force_generic_plan
set jit = off
as $$
#variable_conflict use_column
declare
    most constant integer := 500;
    members integer[] := array[_series_members.article_id];
    series text[];
begin
    for round in 1 .. 2 loop
        members := array(
            with recursive reached(article_id) as (
                select m.article_id from unnest(members) m(article_id)
                union
                select n.article_id
                from reached r
                cross join lateral _adjoining(r.article_id) n(article_id)
                where n.article_id is not null
            )
            select r.article_id from reached r limit most);
        exit when round = 2;
        series := array(
            select f.value from facets f where f.article_id = _series_members.article_id and f.name = 'series');
        if series = '{}' then
            series := array(
                select distinct f.value
                from unnest(members) m(article_id)
                cross join lateral (
                    select f.value from facets f where f.article_id = m.article_id and f.name = 'series' offset 0) f);
        end if;
        members := members || array(
            select f.article_id
            from unnest(series) s(name)
            cross join lateral (
                select f.article_id from facets f where f.name = 'series' and f.value = s.name offset 0) f
            limit most);
    end loop;
    return members;
end $$;
comment on function _series_members(integer) is
    'The articles of the series that this one belongs to, with itself, at most 500 and the nearest in its chain first';
