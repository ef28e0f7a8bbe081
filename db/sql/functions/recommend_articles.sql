-- Diversity is maximal marginal relevance (Carbonell and Goldstein, 1998) among the 10 x count nearest articles, but at
-- most 1,000. The next article is the one with the greatest (1 - diversity) x similarity - diversity x likeness. Its
-- likeness is its similarity to the most similar article before it.
create or replace function recommend_articles(
    likes text[], dislikes text[] default '{}', weights double precision[] default null, count integer default 10,
    topic text default null, facets jsonb default null, diversity double precision default 0)
returns setof similar_article
language sql stable parallel safe rows 10
begin atomic
    with recursive nearest as materialized (
        select row_number() over (order by n.similarity desc, n.article_id)::integer as place, n.*
        from nearest_articles(
            taste_embedding(recommend_articles.likes, recommend_articles.dislikes, recommend_articles.weights),
            find_articles(recommend_articles.likes || recommend_articles.dislikes),
            case when recommend_articles.diversity > 0
                 then greatest(recommend_articles.count, least(10 * recommend_articles.count, 1000))
                 else recommend_articles.count end,
            recommend_articles.topic, recommend_articles.facets) n
    ), candidates as materialized (
        select n.place, n.article_id, n.similarity, article_embedding(n.article_id) as embedding
        from nearest n
        where recommend_articles.diversity > 0
    ), picks(taken, likeness) as (  -- likeness[place] is that of a candidate
        select array[]::integer[], array_fill(-1::real, array[(select count(*) from candidates)::integer])
        union all
        select p.taken || best.place, next.likeness
        from picks p
        cross join lateral (
            select c.place, c.embedding
            from candidates c
            where c.place <> all (p.taken)
            order by (1 - recommend_articles.diversity) * c.similarity
                     - recommend_articles.diversity * p.likeness[c.place] desc, c.place
            limit 1
        ) best
        cross join lateral (
            select array_agg(greatest(p.likeness[c.place], (1 - (c.embedding <=> best.embedding))::real) order by c.place)
                   as likeness
            from candidates c
        ) next
        where cardinality(p.taken) < recommend_articles.count
    ), last as (
        select p.taken from picks p order by cardinality(p.taken) desc limit 1
    )
    select n.article_id, n.topic, n.title, n.similarity
    from nearest n
    left join unnest((select l.taken from last l)) with ordinality t(place, pick) on t.place = n.place
    where recommend_articles.diversity > 0 is not true or t.pick is not null
    order by t.pick, n.place;
end;
comment on function recommend_articles(text[], text[], double precision[], integer, text, jsonb, double precision) is
    'Articles for somebody who likes and dislikes these titles, best first; unknown titles change nothing';
