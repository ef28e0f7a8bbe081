-- A filtered HNSW scan alone may end with too few rows, or walk for long where nothing matches. So there are three ways,
-- chosen by counts and not by estimates, and none depends on the caller's settings:
--   few    one condition leaves at most 2 x effort articles: these, compared one by one
--   near   else the nearest `effort` articles, if `count` of them match
--   all    else, or if the farthest are wanted, or an answer exact to the last row: every one that matches
-- With effort = sqrt(count x articles) the first two cost the same where they meet: 3 ms for 10 of 37,020 articles.
-- Not inlined (plpgsql): its plans are kept, which saves more than half of the time where few match.
create or replace function nearest_matching_articles(
    asked vector, without integer[], count integer, topic text, facets jsonb, article_id integer, same_author boolean,
    same_series boolean, "least" boolean, exact boolean)
returns setof similar_article
language plpgsql stable parallel safe rows 10
set hnsw.ef_search = 200
set hnsw.iterative_scan = strict_order
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
as $$
#variable_conflict use_column
declare
    filtered constant boolean := num_nonnulls(topic, facets, same_author, same_series) > 0;
    direction constant integer := case when "least" then -1 else 1 end;
    effort integer := count + cardinality(without);
    few integer[];
    ids integer[];
begin
    if filtered then
        effort := (select sqrt(nearest_matching_articles.count::float * max(a.article_id)) from articles a);
        few := few_articles(topic, facets, article_id, same_author, same_series, 2 * effort);
    end if;
    if few is null and not ("least" or exact) then
        ids := array(
            with conditions as materialized (
                select c.* from facet_conditions(
                    nearest_matching_articles.topic, nearest_matching_articles.facets,
                    nearest_matching_articles.article_id, nearest_matching_articles.same_author,
                    nearest_matching_articles.same_series) c
            )
            select n.article_id
            from (
                select v.article_id, v.embedding <=> asked as distance
                from article_vectors v
                order by distance
                limit effort
            ) n
            where n.article_id <> all (without)
              and not exists (
                  select from conditions c
                  where c.wanted <> exists (
                      select from article_labels l
                      where l.article_id = n.article_id and l.name = c.name
                        and exists (
                            select from unnest(c.lows, c.highs) r(low, high) where l.value between r.low and r.high)))
            order by n.distance
            limit nearest_matching_articles.count);
    end if;
    if cardinality(ids) = count then
        null;
    elsif few is not null then
        ids := array(
            select v.article_id
            from article_vectors v
            where v.article_id = any (few) and v.article_id <> all (without)
            order by (v.embedding <=> asked) * direction, v.article_id
            limit nearest_matching_articles.count);
    elsif filtered then
        ids := array(
            select v.article_id
            from matching_articles(
                nearest_matching_articles.topic, nearest_matching_articles.facets, nearest_matching_articles.article_id,
                nearest_matching_articles.same_author, nearest_matching_articles.same_series) m(article_id)
            join article_vectors v on v.article_id = m.article_id
            where v.article_id <> all (without)
            order by (v.embedding <=> asked) * direction, v.article_id
            limit nearest_matching_articles.count);
    else
        ids := array(
            select v.article_id
            from article_vectors v
            where v.article_id <> all (without)
            order by (v.embedding <=> asked) * direction, v.article_id
            limit nearest_matching_articles.count);
    end if;
    return query
    select a.article_id, a.topic, a.title, (1 - (v.embedding <=> asked))::real
    from unnest(ids) i(article_id)
    join articles a on a.article_id = i.article_id
    join article_vectors v on v.article_id = i.article_id;
end $$;
comment on function
    nearest_matching_articles(vector, integer[], integer, text, jsonb, integer, boolean, boolean, boolean, boolean) is
    'What nearest_articles answers to conditions, to least and exact, to large counts, and where the index finds too few';
