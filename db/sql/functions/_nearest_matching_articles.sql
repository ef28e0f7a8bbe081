-- A filtered HNSW scan alone may end with too few rows, or walk for long where nothing matches. So there are three
-- ways. Counts and not estimates decide between them, and none depends on the caller's settings:
--   few    If the rarest condition leaves at most 2 x effort articles, these are compared one by one.
--   near   Otherwise the nearest `effort` articles are looked at; they do if `count` of them match.
--   all    If they do not, or if `least` or `exact` is asked for, every article that matches is compared.
-- Rows are ordered by score = cosine + weight x prominence: where the weight is 0 by the index on the vectors, otherwise by
-- the index on the placed vectors (migration 0008).
-- With an effort of sqrt(count x articles) the first two ways cost the same where they meet: 3 ms for 10 of 37,020
-- articles. The function is plpgsql and so not inlined: its plans are kept, which saves more than half of the time
-- where few match.
create or replace function _nearest_matching_articles(
    asked vector, without integer[], count integer, conditions _condition[], "least" boolean, exact boolean,
    prominence double precision, min_similarity double precision)
returns setof similar_article
language plpgsql stable parallel safe rows 10
set search_path from current
set hnsw.ef_search = 200
set hnsw.iterative_scan = strict_order
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
as $$
#variable_conflict use_column
declare
    direction constant integer := case when "least" then -1 else 1 end;
    weight constant float := 0.32 * prominence;  -- docs/training.md says why a standard deviation adds so much
    effort integer := count + cardinality(without);
    rarest integer;  -- the place of the wanted condition that the fewest articles meet
    rarest_articles integer;  -- how many articles meet it
    candidates integer[];
    ids integer[];
begin
    if conditions is null then
        -- Only the dial asks for few rows without conditions. An ef_search of 60 finds .976 to .997 of the ten best of
        -- 9,679 books, and .993 to .999 of 37,020 made-up ones; 40 found .960 to .994 and .986 to .998. Of a million, 60
        -- found .941 at a prominence of 0.5, in 0.8 ms, so there it is 200.
        perform set_config('hnsw.ef_search', case
            when (select max(a.article_id) from articles a) > 200000 then 200
            else least(greatest(2 * effort, 60), 200) end::text, true);
    else
        effort := (select sqrt(_nearest_matching_articles.count::float * max(a.article_id)) from articles a);
        select c.place, met.articles into rarest, rarest_articles
        from unnest(conditions) with ordinality c(name, wanted, lows, highs, place)
        cross join lateral (
            select count(*) as articles from (
                select from unnest(c.lows, c.highs) r(low, high)
                cross join lateral (
                    select from article_labels l
                    where l.name = c.name and l.value between r.low and r.high
                    limit 2 * effort + 1) l
                limit 2 * effort + 1) counted
        ) met
        where c.wanted
        order by met.articles limit 1;
    end if;
    if not ("least" or exact) and (rarest is null or rarest_articles > 2 * effort) then
        if weight = 0 then
            ids := array(
                select n.article_id
                from (
                    select v.article_id, _distance(v.embedding, asked) as distance
                    from article_vectors v
                    order by distance
                    limit effort
                ) n
                join articles a on a.article_id = n.article_id
                cross join lateral _meeting(n.article_id, conditions)
                where n.article_id <> all (without) and (min_similarity is null or 1 - n.distance >= min_similarity)
                order by n.distance
                limit _nearest_matching_articles.count);
        else
            ids := array(
                select n.article_id
                from (
                    select p.article_id, _distance(p.placed, _placed_question(asked, weight)) as distance
                    from _placed_vectors p
                    where p.placed is not null
                    order by distance
                    limit effort
                ) n
                join articles a on a.article_id = n.article_id
                cross join lateral _meeting(n.article_id, conditions)
                join article_vectors v on v.article_id = n.article_id
                where n.article_id <> all (without)
                  and (min_similarity is null or 1 - _distance(v.embedding, asked) >= min_similarity)
                order by n.distance
                limit _nearest_matching_articles.count);
        end if;
    end if;
    if cardinality(ids) = count then
        null;
    elsif conditions is null then
        ids := array(
            select v.article_id
            from article_vectors v
            join articles a on a.article_id = v.article_id
            where v.article_id <> all (without)
              and (min_similarity is null or 1 - _distance(v.embedding, asked) >= min_similarity)
            order by (_distance(v.embedding, asked) - weight * v.prominence) * direction, v.article_id
            limit _nearest_matching_articles.count);
    else
        if rarest is null then
            candidates := array(select a.article_id from articles a);
        else
            candidates := array(
                select distinct m.article_id
                from unnest((conditions[rarest]).lows, (conditions[rarest]).highs) r(low, high)
                cross join lateral (
                    select l.article_id from article_labels l
                    where l.name = (conditions[rarest]).name and l.value between r.low and r.high
                    offset 0  -- so each range is one index scan, whatever the estimates say
                ) m);
            conditions := conditions[:rarest - 1] || conditions[rarest + 1:];
        end if;
        ids := array(
            select v.article_id
            from article_vectors v
            cross join lateral _meeting(v.article_id, conditions)
            where v.article_id = any (candidates) and v.article_id <> all (without)
              and (min_similarity is null or 1 - _distance(v.embedding, asked) >= min_similarity)
            order by (_distance(v.embedding, asked) - weight * v.prominence) * direction, v.article_id
            limit _nearest_matching_articles.count);
    end if;
    return query
    select a.article_id, a.topic, a.title, (1 - _distance(v.embedding, asked))::real,
           (1 - _distance(v.embedding, asked) + weight * v.prominence)::real
    from unnest(ids) i(article_id)
    join articles a on a.article_id = i.article_id
    join article_vectors v on v.article_id = i.article_id;
end $$;
comment on function _nearest_matching_articles(
        vector, integer[], integer, _condition[], boolean, boolean, double precision, double precision) is
    'What _nearest_articles answers to conditions, to least and exact, to large counts, and where the index finds too few';
