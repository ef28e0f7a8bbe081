-- The function is inlined into the calling query (language sql, stable, not strict, one select), so that EXPLAIN shows
-- the index scan. The asked vector is a scalar subquery; a join would become a sort of the whole table.
--
-- A prepared call keeps a plan for any arguments, because it looks as cheap as a plan for the given ones: of the inner
-- limit of 100 rows the planner expects a tenth, which is the usual count of 10. To plan every call would take longer
-- than to search: 0.7 ms beside 0.3 ms.
--
-- The articles are joined before their number is limited: after an import that prunes, the vector of a vanished article
-- stays in its models.
--
-- The caller's expression for the article_id is mostly a look-up of a title. Because of `offset 0` it is evaluated
-- once, and not once for each use.
create or replace function _nearest_articles(
    asked vector, without bigint[], count bigint, conditions _condition[] default null,
    article_id bigint default null, "least" boolean default false, exact boolean default false,
    prominence double precision default 0, min_similarity double precision default null)
returns setof similar_article
language sql stable parallel safe rows 10
begin atomic
    with given as materialized (
        select coalesce(_nearest_articles.asked, (select v.embedding from article_vectors v where v.article_id = a.id))
                   as embedding,
               array_remove(coalesce(_nearest_articles.without, '{}') || a.id, null) as without,
               _nearest_articles.conditions as conditions
        from (select _nearest_articles.article_id as id offset 0) a
        where _accepted(_nearest_articles.count, _nearest_articles.prominence, _nearest_articles.min_similarity)
    ), near as materialized (
        select a.article_id, a.topic, a.title, n.distance
        from (
            select v.article_id, v.embedding <=> (select g.embedding from given g) as distance
            from article_vectors v
            where (select g.conditions is null from given g) and _nearest_articles.prominence = 0
              and not (_nearest_articles."least" or _nearest_articles.exact)
            order by distance
            limit 100
        ) n
        join articles a on a.article_id = n.article_id
        where n.article_id <> all ((select g.without from given g)::bigint[])
          and (_nearest_articles.min_similarity is null or 1 - n.distance >= _nearest_articles.min_similarity)
        order by n.distance
        limit greatest(_nearest_articles.count, 0)
    ), answer as (
        select n.article_id, n.topic, n.title, (1 - n.distance)::real as similarity, (1 - n.distance)::real as score
        from near n
        where (select count(*) from near) = _nearest_articles.count
        union all
        select m.*
        from _nearest_matching_articles(
            (select g.embedding from given g), (select g.without from given g), _nearest_articles.count,
            (select g.conditions from given g), _nearest_articles."least", _nearest_articles.exact,
            _nearest_articles.prominence, _nearest_articles.min_similarity) m
        where (select count(*) from near) < _nearest_articles.count
    )
    select n.*
    from answer n
    where (select vector_norm(g.embedding) from given g) > 0
    order by n.score * case when _nearest_articles."least" then 1 else -1 end, n.article_id;
end;
comment on function
    _nearest_articles(vector, bigint[], bigint, _condition[], bigint, boolean, boolean, double precision, double precision) is
    'The articles nearest to a vector, or where null to that of the article, by cosine and prominence, without these';
