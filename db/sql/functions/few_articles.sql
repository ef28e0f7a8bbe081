-- The condition that fewest articles meet is found by counting each one's only as far as the limit.
create or replace function few_articles(
    topic text, facets jsonb, article_id integer, same_author boolean, same_series boolean, at_most integer)
returns integer[]
language plpgsql stable parallel safe
as $$
#variable_conflict use_column
declare
    rarest record;
begin
    select c.*, n.articles into rarest
    from facet_conditions(few_articles.topic, few_articles.facets, few_articles.article_id, few_articles.same_author,
                          few_articles.same_series) c
    cross join lateral (
        select count(*) as articles from (
            select from unnest(c.lows, c.highs) r(low, high)
            cross join lateral (
                select from article_labels l
                where l.name = c.name and l.value between r.low and r.high
                limit few_articles.at_most + 1) l
            limit few_articles.at_most + 1) met
    ) n
    where c.wanted
    order by n.articles limit 1;
    if rarest.articles is null or rarest.articles > few_articles.at_most then
        return null;
    end if;
    return array(
        with others as materialized (
            select c.*
            from facet_conditions(few_articles.topic, few_articles.facets, few_articles.article_id,
                                  few_articles.same_author, few_articles.same_series) c
            where c.number <> rarest.number
        )
        select distinct m.article_id
        from unnest(rarest.lows, rarest.highs) r(low, high)
        cross join lateral (
            select l.article_id from article_labels l
            where l.name = rarest.name and l.value between r.low and r.high
            offset 0  -- one index scan a range, whatever the estimates say
        ) m
        where not exists (
            select from others c
            where c.wanted <> exists (
                select from article_labels l
                where l.article_id = m.article_id and l.name = c.name
                  and exists (select from unnest(c.lows, c.highs) r(low, high) where l.value between r.low and r.high))));
end $$;
comment on function few_articles(text, jsonb, integer, boolean, boolean, integer) is
    'The ids of the articles that meet all conditions, if one of them alone leaves at most so many; else null';
