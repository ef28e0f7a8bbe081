-- Sums are taken in the order of the ids, so that the order of the titles changes nothing, not even the last bit.
create or replace function taste_embedding(likes text[], dislikes text[], weights double precision[]) returns vector
language sql stable parallel safe
begin atomic
    with liked as (
        select sum(_scaled(v.embedding, l.weight) order by l.article_id, l.weight) as total,
               sum(l.weight order by l.article_id, l.weight) as weight
        from (
            select find_article(t.title) as article_id, coalesce(t.weight, 1) as weight
            from unnest(taste_embedding.likes, taste_embedding.weights) t(title, weight)
        ) l
        join article_vectors v on v.article_id = l.article_id
    ), disliked as (
        select avg(v.embedding order by v.article_id) as mean
        from unnest(find_articles(taste_embedding.dislikes)) d(article_id)
        join article_vectors v on v.article_id = d.article_id
    )
    select case when d.mean is null or l.total is null then l.total
                else l.total - _scaled(d.mean, 0.5 * l.weight) end
    from liked l, disliked d;
end;
comment on function taste_embedding(text[], text[], double precision[]) is
    'The direction of the weighted mean of the liked titles less half the mean of the disliked; null if none is known';
