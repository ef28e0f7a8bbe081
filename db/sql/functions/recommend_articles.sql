-- Diversity is maximal marginal relevance (Carbonell and Goldstein, 1998) among the 10 x count nearest articles, but at
-- most 1,000. The next article is the one with the greatest (1 - diversity) x similarity - diversity x likeness. Its
-- likeness is its similarity to the most similar article before it.
-- Of the prominences from 0 to 1, 0.3 recommends what readers like best (docs/measured-quality.md).
create or replace function recommend_articles(
    likes text[], dislikes text[] default '{}', weights double precision[] default null, count bigint default 10,
    topic text default null, facets jsonb default null, diversity double precision default 0,
    prominence double precision default 0.3, exclude text[] default '{}', exclude_ids bigint[] default '{}',
    min_similarity double precision default null)
returns setof similar_article
language sql stable rows 10
begin atomic
    with nearest as materialized (
        select row_number() over (order by n.score desc, n.article_id)::integer as place, n.*
        from nearest_articles(
            taste_embedding(recommend_articles.likes, recommend_articles.dislikes, recommend_articles.weights),
            recommend_articles.exclude_ids
            || find_articles(recommend_articles.likes || recommend_articles.dislikes || recommend_articles.exclude),
            case when recommend_articles.diversity > 1e-9
                 then greatest(recommend_articles.count, least(10 * least(recommend_articles.count, 1000), 1000))
                 else recommend_articles.count end,
            recommend_articles.topic, recommend_articles.facets, recommend_articles.prominence,
            recommend_articles.min_similarity) n
        where _accepted(diversity => recommend_articles.diversity)
    ), picks as materialized (
        select _diverse(
                   array_agg(n.article_id order by n.place), array_agg(n.score order by n.place),
                   array_agg(article_embedding(n.article_id) order by n.place),
                   recommend_articles.diversity, recommend_articles.count) as article_ids
        from nearest n
        where recommend_articles.diversity > 1e-9
    )
    select n.article_id, n.topic, n.title, n.similarity, n.score
    from nearest n
    left join unnest((select p.article_ids from picks p)) with ordinality t(article_id, pick)
        on t.article_id = n.article_id
    where recommend_articles.diversity > 1e-9 is not true or t.pick is not null
    order by t.pick, n.place;
end;
comment on function recommend_articles(
    text[], text[], double precision[], bigint, text, jsonb, double precision, double precision, text[], bigint[],
    double precision) is
    'Articles for somebody who likes and dislikes these titles, best first; unknown titles change nothing';
