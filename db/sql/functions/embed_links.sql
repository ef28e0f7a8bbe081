create or replace function embed_links(titles text[]) returns vector
language sql stable parallel safe
begin atomic
    select case when vector_norm(m.embedding) > 0 then l2_normalize(m.embedding) end
    from (
        select avg(_scaled(v.embedding, w.weight)) as embedding
        from (select distinct find_link(t.title) as link_id from unnest(embed_links.titles) t(title)) asked
        join link_vectors v on v.link_id = asked.link_id
        join _link_weights w on w.link_id = asked.link_id
    ) m;
end;
comment on function embed_links(text[]) is
    'The unit vector of an article with these links (titles or aliases) in the active model; null if none has a vector';
