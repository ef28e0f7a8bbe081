-- Only the ratios of the weights count, so the greatest becomes 1; what is less than a hundred-millionth of it is below the
-- precision of the vectors. Sums are taken in the order of the ids, so that the order of the titles changes nothing, not even the
-- last bit.
create or replace function taste_embedding(likes text[], dislikes text[], weights double precision[]) returns vector
language sql stable parallel safe
begin atomic
    with given as materialized (
        select v.article_id, v.embedding, coalesce(t.weight, 1) as weight
        from unnest(taste_embedding.likes, taste_embedding.weights) t(title, weight)
        join article_vectors v on v.article_id = find_article(t.title)
        where _refuse(case when t.weight < 0 or t.weight in ('infinity', 'nan') then format(
            'a weight must be a number from 0 on, not %s', t.weight) end)
    ), liked as (
        select sum(_scaled(w.embedding, w.weight) order by w.article_id, w.weight) as total,
               sum(w.weight order by w.article_id, w.weight) as weight
        from (
            select g.article_id, g.embedding,
                   case when g.weight > 0 and ln(g.weight) - ln(h.heaviest) > -18 then g.weight / h.heaviest else 0 end as weight
            from given g, (select max(g.weight) as heaviest from given g) h
        ) w
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
