-- The highest id stands for the number of articles: it is at hand, and counting 40,000 takes longer than all the rest.
create or replace function embed_links(titles text[]) returns vector
language sql stable parallel safe
as $$
    select case when vector_norm(m.embedding) > 0 then l2_normalize(m.embedding) end
    from (
        select avg(weighted_by_rarity(v.embedding, l.article_count, (select max(a.article_id) from articles a)))
               as embedding
        from (select distinct find_link(t.title) as link_id from unnest(embed_links.titles) t(title)) asked
        join links l on l.link_id = asked.link_id
        join link_vectors v on v.link_id = l.link_id
    ) m
$$;
comment on function embed_links(text[]) is
    'The unit vector of an article with these links (titles or aliases) in the active model; null if none has a vector';
