-- Inlined into the calling query (language sql, stable, not strict, one select), so that EXPLAIN shows the index scan.
-- The asked vector is a scalar subquery: as a join it would become a sort of the whole table.
create or replace function similar_articles(title text, count integer default 10, topic text default null)
returns setof similar_article
language sql stable parallel safe rows 10
as $$
    select n.article_id, n.topic, n.title, (1 - n.distance)::real
    from (
        select a.article_id, a.topic, a.title,
               v.embedding <=> (select q.embedding from article_vectors q
                                where q.article_id = find_article(similar_articles.title)) as distance
        from article_vectors v
        join articles a on a.article_id = v.article_id
        where exists (select from article_vectors q where q.article_id = find_article(similar_articles.title))
          and v.article_id <> (select find_article(similar_articles.title))
          and (similar_articles.topic is null or a.topic = similar_articles.topic)
        order by distance
        limit similar_articles.count
    ) n
$$;
comment on function similar_articles(text, integer, text) is
    'The articles most like the one of this title or alias, by cosine similarity in the active model, without itself';
