-- Next comes what follows the last article, as soon as all that it follows is placed; else the first article that waits for
-- nothing. Where all wait for one another, in a loop, the first of them goes ahead. First is what a chain reaches, then
-- what has the earliest year, then the title.
create or replace function _reading_order(ids integer[]) returns integer[]
language plpgsql stable strict parallel safe
set search_path from current
set plan_cache_mode = force_generic_plan
as $$
declare
    befores integer[];  -- each befores[i] is followed by afters[i]; sorted; both are places in ids
    afters integer[];
    waits_for integer[];  -- how many articles that are not placed yet; -1 for one that is placed
    place integer;
    follower integer;
    step integer;
    ordered integer[] := '{}';
begin
    with steps as materialized (
        select distinct case f.name when 'followed_by' then i.id else o.id end as before,
                        case f.name when 'followed_by' then o.id else i.id end as after
        from unnest(ids) i(id)
        cross join lateral (
            select f.name, f.value from facets f
            where f.article_id = i.id and f.name in ('preceded_by', 'followed_by') offset 0) f
        cross join lateral (select find_article(f.value) as id offset 0) o
        where o.id <> i.id and o.id = any (ids)
    ), places as materialized (
        select a.article_id as id,
               row_number() over (
                   order by a.article_id in (select s.before from steps s union all select s.after from steps s) desc,
                            (select min(f.value)::integer from facets f where f.article_id = a.article_id and f.name = 'year'),
                            a.title collate "C")::integer as place
        from unnest(ids) i(id) join articles a on a.article_id = i.id
    ), placed_steps as materialized (
        select b.place as before, a.place as after
        from steps s join places b on b.id = s.before join places a on a.id = s.after
    )
    select array(select p.id from places p order by p.place),
           array(select s.before from placed_steps s order by s.before, s.after),
           array(select s.after from placed_steps s order by s.before, s.after)
    into ids, befores, afters;
    waits_for := array_fill(0, array[cardinality(ids)]);
    foreach follower in array afters loop
        waits_for[follower] := waits_for[follower] + 1;
    end loop;
    follower := null;
    while cardinality(ordered) < cardinality(ids) loop
        place := coalesce(follower, array_position(waits_for, 0), (
            select min(w.place) from unnest(waits_for) with ordinality w(others, place) where w.others > 0));
        ordered := ordered || ids[place];
        waits_for[place] := -1;
        follower := null;
        step := array_position(befores, place);
        while befores[step] = place loop
            waits_for[afters[step]] := waits_for[afters[step]] - 1;
            if waits_for[afters[step]] = 0 then
                follower := coalesce(follower, afters[step]);
            end if;
            step := step + 1;
        end loop;
    end loop;
    return ordered;
end $$;
comment on function _reading_order(integer[]) is
    'These articles, each before those that follow it by preceded_by and followed_by';
