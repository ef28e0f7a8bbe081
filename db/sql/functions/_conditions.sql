-- An article meets a condition if one of its labels of this name lies in one of the ranges lows[i]..highs[i]. It meets
-- a condition that is not `wanted` if none of them does. A value is a range from itself to itself; only a range of
-- years may be longer. Ranges that overlap become one, so that no label is met twice. No label lies in the ranges of a
-- condition that has none (from an empty list, or an article without author).
create or replace function _conditions(
    topic text default null, facets jsonb default null, article_id bigint default null,
    same_author boolean default null, same_series boolean default null)
returns _condition[]
language plpgsql stable parallel safe
set search_path from current
as $$
#variable_conflict use_column
begin
    perform _refuse(_unknown_label(topic, facets));
    return (
        select array_agg(row(c.name, c.wanted, c.lows, c.highs)::_condition)
        from (
            select normalize(e.key, nfc) as name, true as wanted, r.lows, r.highs
            from jsonb_each(_conditions.facets) e
            cross join lateral (
                select array_agg(m.low) as lows, array_agg(m.high) as highs
                from (
                    select min(i.low) as low, max(i.high) as high
                    from (
                        select o.low, o.high, count(*) filter (where o.opens) over (order by o.low, o.high) as island
                        from (
                            select b.low, b.high, coalesce(b.low > max(b.high) over (
                                order by b.low, b.high rows between unbounded preceding and 1 preceding), true) as opens
                            from (
                                select n.low, n.high
                                from jsonb_array_elements_text(
                                    case jsonb_typeof(e.value) when 'array' then e.value else jsonb_build_array(e.value) end) v
                                cross join lateral _label_ranges(e.key, v.value) n
                            ) b
                        ) o
                    ) i
                    group by i.island
                ) m
            ) r
            union all
            select 'topic', true, array[_conditions.topic], array[_conditions.topic]
            where _conditions.topic is not null
            union all
            select s.name, s.same, r.vals, r.vals
            from (values ('author', _conditions.same_author), ('series', _conditions.same_series)) s(name, same)
            cross join lateral (
                select array_agg(f.value) as vals from facets f
                where f.article_id = _conditions.article_id and f.name = s.name
            ) r
            where s.same is not null
        ) c);
end $$;
comment on function _conditions(text, jsonb, bigint, boolean, boolean) is
    'What a search asks of an article: its labels of each name must lie in the ranges, or must not; null if it asks nothing';
