create or replace function similar_links(title text, count integer default 10)
returns setof similar_link
language sql stable parallel safe rows 10
as $$
    select n.link_id, n.kind, n.title, (1 - n.distance)::real
    from (
        select l.link_id, l.kind, l.title,
               v.embedding <=> (select q.embedding from link_vectors q
                                where q.link_id = find_link(similar_links.title)) as distance
        from link_vectors v
        join links l on l.link_id = v.link_id
        where exists (select from link_vectors q where q.link_id = find_link(similar_links.title))
          and v.link_id <> (select find_link(similar_links.title))
        order by distance
        limit similar_links.count
    ) n
$$;
comment on function similar_links(text, integer) is
    'The links most like the one of this title or alias, by cosine similarity in the active model, without itself';
