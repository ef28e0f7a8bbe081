-- Inlined into the calling query (language sql, stable, not strict, one select), so that EXPLAIN shows the index scan and
-- the planner drops what the given arguments do not need. The asked vector is a scalar subquery: as a join it would
-- become a sort of the whole table.
--
-- A filtered HNSW scan alone may end with too few rows, or walk for long where nothing matches. So there are three ways,
-- chosen while the query runs by counts and not by estimates, and none depends on settings:
--   few      one condition leaves at most 5 x effort articles: these, compared one by one
--   near     else the nearest `effort` articles, until `count` of them match
--   exactly  else, or if the farthest are wanted, or an answer exact to the last row: all that match
-- With effort = sqrt(count x articles) the first two cost the same where they meet: 5 ms for 10 of 37,020 articles.
create or replace function nearest_articles(
    asked vector, without integer[], count integer default 10, topic text default null, facets jsonb default null,
    article_id integer default null, same_author boolean default null, same_series boolean default null,
    "least" boolean default false, exact boolean default false)
returns setof similar_article
language sql stable parallel safe rows 10
as $$
    with given as materialized (
        select nearest_articles.asked as embedding, coalesce(nearest_articles.without, '{}') as without
    ), effort as materialized (
        select sqrt(nearest_articles.count::float * max(a.article_id))::integer as articles from articles a
    ), conditions as materialized (
        select c.* from facet_conditions(nearest_articles.topic, nearest_articles.facets, nearest_articles.article_id,
                                         nearest_articles.same_author, nearest_articles.same_series) c
    ), few as materialized (
        select few_articles(nearest_articles.topic, nearest_articles.facets, nearest_articles.article_id,
                            nearest_articles.same_author, nearest_articles.same_series,
                            5 * (select e.articles from effort e)) as ids
    ), near as materialized (
        select n.article_id, n.distance
        from (
            select v.article_id, v.embedding <=> (select g.embedding from given g) as distance
            from article_vectors v
            where not (nearest_articles."least" or nearest_articles.exact)
              and (num_nonnulls(nearest_articles.topic, nearest_articles.facets, nearest_articles.same_author,
                                nearest_articles.same_series) = 0
                   or (select f.ids is null from few f))
            order by distance
            limit case when num_nonnulls(nearest_articles.topic, nearest_articles.facets, nearest_articles.same_author,
                                         nearest_articles.same_series) = 0
                       then nearest_articles.count + 1000  -- room for those left out
                       else (select e.articles from effort e) end
        ) n
        where n.article_id <> all ((select g.without from given g)::integer[])
          and (num_nonnulls(nearest_articles.topic, nearest_articles.facets, nearest_articles.same_author,
                            nearest_articles.same_series) = 0
               or not exists (
              select from conditions c
              where c.wanted <> exists (
                  select from article_labels l
                  where l.article_id = n.article_id and l.name = c.name
                    and exists (select from unnest(c.lows, c.highs) r(low, high) where l.value between r.low and r.high))))
        order by n.distance
        limit nearest_articles.count
    ), exactly as (
        select v.article_id, v.embedding <=> (select g.embedding from given g) as distance
        from article_vectors v
        where num_nonnulls(nearest_articles.topic, nearest_articles.facets, nearest_articles.same_author,
                           nearest_articles.same_series) > 0
          and (select f.ids is not null from few f)
          and v.article_id = any ((select f.ids from few f)::integer[])
        union all
        select v.article_id, v.embedding <=> (select g.embedding from given g)
        from article_vectors v
        where (select count(*) from near) < nearest_articles.count
          and (num_nonnulls(nearest_articles.topic, nearest_articles.facets, nearest_articles.same_author,
                            nearest_articles.same_series) = 0
               or ((select f.ids is null from few f)
                   and v.article_id in (select m from matching_articles(
                       nearest_articles.topic, nearest_articles.facets, nearest_articles.article_id,
                       nearest_articles.same_author, nearest_articles.same_series) m)))
    ), answer as (
        select n.article_id, n.distance from near n where (select count(*) from near) = nearest_articles.count
        union all
        (select e.article_id, e.distance
         from exactly e
         where e.article_id <> all ((select g.without from given g)::integer[])
         order by e.distance * case when nearest_articles."least" then -1 else 1 end, e.article_id
         limit nearest_articles.count)
    )
    select a.article_id, a.topic, a.title, (1 - n.distance)::real
    from answer n
    join articles a on a.article_id = n.article_id
    where (select vector_norm(g.embedding) from given g) > 0
    order by n.distance * case when nearest_articles."least" then -1 else 1 end, n.article_id
$$;
comment on function nearest_articles(vector, integer[], integer, text, jsonb, integer, boolean, boolean, boolean, boolean) is
    'The articles nearest to any vector, without these; the other arguments are those of similar_articles';
