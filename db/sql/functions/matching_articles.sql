create or replace function matching_articles(
    topic text default null, facets jsonb default null, article_id integer default null,
    same_author boolean default null, same_series boolean default null)
returns setof integer
language plpgsql stable parallel safe rows 10000
as $$
#variable_conflict use_column
begin
    return query
    with conditions as materialized (
        select c.*
        from facet_conditions(matching_articles.topic, matching_articles.facets, matching_articles.article_id,
                              matching_articles.same_author, matching_articles.same_series) c
    ), meets as (
        select c.number, c.wanted, l.article_id
        from conditions c
        cross join unnest(c.lows, c.highs) r(low, high)
        cross join lateral (
            select l.article_id from article_labels l
            where l.name = c.name and l.value between r.low and r.high
            offset 0  -- one index scan a range, whatever the estimates say
        ) l
    )
    (select a.article_id from articles a where not exists (select from conditions c where c.wanted)
     union all
     select m.article_id from meets m where m.wanted
     group by m.article_id
     having count(distinct m.number) = (select count(*) from conditions c where c.wanted))
    except
    select m.article_id from meets m where not m.wanted;
end $$;
comment on function matching_articles(text, jsonb, integer, boolean, boolean) is
    'The ids of the articles of this topic, with these facets, that share an author or a series with this article, or not';
