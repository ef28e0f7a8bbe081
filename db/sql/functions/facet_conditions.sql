-- One row a condition: an article meets it if one of its labels of this name lies in one of the ranges lows[i]..highs[i],
-- or, where not wanted, if none does. A value is a range of itself; only a year may be a longer one. A condition without
-- ranges (an empty list, an article without author) is met by no label.
-- Not inlined (plpgsql), so that plans count on 2 rows and not on the 100 of each jsonb function.
create or replace function facet_conditions(
    topic text, facets jsonb, article_id integer, same_author boolean, same_series boolean)
returns table (number bigint, name text, wanted boolean, lows text[], highs text[])
language plpgsql stable parallel safe rows 2
as $$
#variable_conflict use_column
begin
    return query
    select row_number() over (), asked.*
    from (
        select e.key, true, r.lows, r.highs
        from jsonb_each(facet_conditions.facets) e
        cross join lateral (
            select array_agg(case when y.is_range then split_part(v.value, '..', 1) else v.value end) as lows,
                   array_agg(case when y.is_range then coalesce(nullif(split_part(v.value, '..', 2), ''), '9999')
                                  else v.value end) as highs
            from jsonb_array_elements_text(
                case jsonb_typeof(e.value) when 'array' then e.value else jsonb_build_array(e.value) end) v
            cross join lateral (select e.key = 'year' and position('..' in v.value) > 0 as is_range) y
        ) r
        union all
        select 'topic', true, array[facet_conditions.topic], array[facet_conditions.topic]
        where facet_conditions.topic is not null
        union all
        select s.name, s.same, r.vals, r.vals
        from (values ('author', facet_conditions.same_author), ('series', facet_conditions.same_series)) s(name, same)
        cross join lateral (
            select array_agg(f.value) as vals from facets f
            where f.article_id = facet_conditions.article_id and f.name = s.name
        ) r
        where s.same is not null
    ) asked;
end $$;
comment on function facet_conditions(text, jsonb, integer, boolean, boolean) is
    'What a search asks of an article, a row a condition: its labels of this name must lie in the ranges, or must not';
