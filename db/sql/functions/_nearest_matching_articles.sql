-- A filtered HNSW scan alone may end with too few rows, or walk for long where nothing matches. So there are three
-- ways. Counts and not estimates decide between them, and none depends on the caller's settings:
--   few    If the rarest condition leaves at most 2 x effort articles, these are compared one by one.
--   near   Otherwise the nearest `effort` articles are looked at; they do if `count` of them match.
--   all    If they do not, or if `least` or `exact` is asked for, every article that matches is compared. Where these are
--          many, they are found as sets; so a million articles cost a second at most, whatever is asked.
-- With a least similarity a short scan may say itself that it has found all there is.
-- Rows are ordered by score = cosine + weight x prominence: where the weight is 0 by the index on the vectors, otherwise by
-- the index on the placed vectors (migration 0008).
-- With an effort of sqrt(count x articles) the first two ways cost the same where they meet: 3 ms for 10 of 37,020
-- articles. The function is plpgsql and so not inlined: its plans are kept, which saves more than half of the time
-- where few match. It sets hnsw.ef_search, which no parallel query may do, so neither it nor what calls it is parallel safe.
create or replace function _nearest_matching_articles(
    asked vector, without bigint[], count bigint, conditions _condition[], "least" boolean, exact boolean,
    prominence double precision, min_similarity double precision)
returns setof similar_article
language plpgsql stable rows 10
set search_path from current
set hnsw.ef_search = 200
set hnsw.iterative_scan = strict_order
set plan_cache_mode = force_generic_plan
set max_parallel_workers_per_gather = 0
set enable_nestloop = on
set work_mem = '32MB'
as $$
#variable_conflict use_column
declare
    direction constant integer := case when "least" then -1 else 1 end;
    -- docs/measured-quality.md says why a standard deviation adds so much; a product with less than this may be out of range.
    weight constant float := case when abs(prominence) > 1e-9 then 0.32 * prominence else 0 end;
    effort bigint := least(count, 2147483647) + cardinality(without);
    rarest integer;  -- the place of the wanted condition that the fewest articles meet
    rarest_articles integer;  -- how many articles meet it
    candidates integer[];
    condition _condition;
    surplus bigint;
    is_complete boolean := false;  -- whether all that may be in the answer is among the candidates
    ids integer[];
begin
    count := least(count, 2147483647);
    if not ("least" or exact) and min_similarity is not null then
        -- As many as the index looks at in one go are as good as all. If not all of them are so near, then nothing else is.
        select array_agg(n.article_id) filter (
                   where 1 - n.distance >= min_similarity
                     and exists (select from articles a where a.article_id = n.article_id))
        into candidates
        from (
            select v.article_id, _distance(v.embedding, asked) as distance
            from article_vectors v
            order by distance
            limit 200
        ) n
        having min(1 - n.distance) < min_similarity;
        is_complete := found;
        candidates := coalesce(candidates, '{}');
    end if;
    if conditions is null then
        -- Only the dial asks for few rows without conditions. An ef_search of 100 finds .997 to 1.000 of the ten best of
        -- 37,020 made-up articles, and loses no question; 60 found .989 to .998 and lost one of 430. Of a million, 60
        -- found .941 at a prominence of 0.5, in 0.8 ms, so there it is 200.
        perform set_config('hnsw.ef_search', case
            when (select max(a.article_id) from articles a) > 200000 then 200
            else least(greatest(2 * effort, 100), 200) end::text, true);
    else
        if weight <> 0 then  -- a condition on similarity leaves out many of those first in the order of the dial
            perform set_config('hnsw.ef_search', '400', true);
        end if;
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
    if not ("least" or exact or is_complete) and (rarest is null or rarest_articles > 2 * effort) then
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
                where n.article_id not in (select unnest(without)) and (min_similarity is null or 1 - n.distance >= min_similarity)
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
                where n.article_id not in (select unnest(without))
                  and (min_similarity is null or 1 - _distance(v.embedding, asked) >= min_similarity)
                order by n.distance
                limit _nearest_matching_articles.count);
        end if;
    end if;
    if min_similarity is not null and not is_complete and cardinality(ids) is distinct from count then
        candidates := array(
            select v.article_id from article_vectors v where 1 - _distance(v.embedding, asked) >= min_similarity limit 20001);
        is_complete := cardinality(candidates) <= 20000;
        candidates := array(select a.article_id from articles a where a.article_id = any (candidates));
    end if;
    if ("least" or exact) and not is_complete and rarest_articles > 2 * effort then  -- the best of all articles may be enough
        ids := array(
            select n.article_id
            from (
                select v.article_id, (_distance(v.embedding, asked) - weight * v.prominence) * direction as score
                from article_vectors v
                where v.article_id not in (select unnest(without))
                  and (min_similarity is null or 1 - _distance(v.embedding, asked) >= min_similarity)
                order by score, v.article_id
                limit 20 * _nearest_matching_articles.count
            ) n
            cross join lateral _meeting(n.article_id, conditions)
            order by n.score, n.article_id
            limit _nearest_matching_articles.count);
    end if;
    if cardinality(ids) = count then
        null;
    elsif rarest is null and not is_complete then
        foreach condition in array coalesce(conditions, '{}') loop  -- none is wanted
            without := without || array(select l.* from _articles_labelled(condition) l)::bigint[];
        end loop;
        -- Vectors of vanished articles are few, so the articles are mostly joined after the limit.
        foreach surplus in array array[100 + count, null] loop
            ids := array(
                select n.article_id
                from (
                    select v.article_id, (_distance(v.embedding, asked) - weight * v.prominence) * direction as score
                    from article_vectors v
                    where v.article_id not in (select unnest(without))
                      and (min_similarity is null or 1 - _distance(v.embedding, asked) >= min_similarity)
                    order by score, v.article_id
                    limit _nearest_matching_articles.count + surplus
                ) n
                join articles a on a.article_id = n.article_id
                order by n.score, n.article_id
                limit _nearest_matching_articles.count);
            exit when cardinality(ids) = count;
        end loop;
    else
        if not is_complete then
            candidates := array(select l.* from _articles_labelled(conditions[rarest]) l);
            conditions := conditions[:rarest - 1] || conditions[rarest + 1:];
            if cardinality(candidates) <= 20000 or conditions = '{}' then  -- otherwise the next step leaves each once
                candidates := array(select distinct unnest(candidates));
            end if;
        end if;
        if cardinality(candidates) > 20000 then  -- then it is cheaper to fetch all that a condition admits
            foreach condition in array coalesce(conditions, '{}') loop
                if condition.wanted then
                    candidates := array(select unnest(candidates) intersect select l.* from _articles_labelled(condition) l);
                else
                    candidates := array(select unnest(candidates) except select l.* from _articles_labelled(condition) l);
                end if;
            end loop;
            conditions := '{}';
        end if;
        perform set_config('enable_nestloop', case when cardinality(candidates) > 20000 then 'off' else 'on' end, true);
        if cardinality(candidates) > 20000 then
            ids := array(
                select v.article_id
                from unnest(candidates) c(article_id)
                join article_vectors v on v.article_id = c.article_id
                where v.article_id not in (select unnest(without))
                  and (min_similarity is null or 1 - _distance(v.embedding, asked) >= min_similarity)
                order by (_distance(v.embedding, asked) - weight * v.prominence) * direction, v.article_id
                limit _nearest_matching_articles.count);
        else
            ids := array(
                select v.article_id
                from article_vectors v
                cross join lateral _meeting(v.article_id, conditions)
                where v.article_id = any (candidates) and v.article_id not in (select unnest(without))
                  and (min_similarity is null or 1 - _distance(v.embedding, asked) >= min_similarity)
                order by (_distance(v.embedding, asked) - weight * v.prominence) * direction, v.article_id
                limit _nearest_matching_articles.count);
        end if;
        perform set_config('enable_nestloop', 'on', true);
    end if;
    return query
    select a.article_id, a.topic, a.title, (1 - _distance(v.embedding, asked))::real,
           (1 - _distance(v.embedding, asked) + weight * v.prominence)::real
    from unnest(ids) i(article_id)
    join articles a on a.article_id = i.article_id
    join article_vectors v on v.article_id = i.article_id;
end $$;
comment on function _nearest_matching_articles(
        vector, bigint[], bigint, _condition[], boolean, boolean, double precision, double precision) is
    'What _nearest_articles answers to conditions, to least and exact, to large counts, and where the index finds too few';
