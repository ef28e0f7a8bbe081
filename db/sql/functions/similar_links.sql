create or replace function similar_links(title text, count bigint default 10, kind text default null)
returns setof similar_link
language sql stable parallel safe rows 10
begin atomic
    with given as materialized (
        select find_link(similar_links.title) as link_id,
               link_embedding(find_link(similar_links.title)) as embedding
        where _accepted(similar_links.count)
          and _refuse(case when similar_links.kind not in ('page', 'category', 'site') then format(
              'the kind of a link must be page, category or site, not "%s"', similar_links.kind) end)
    ), near as materialized (  -- a kind that is rarer than one in 20 is compared as a whole below
        select n.link_id, n.distance
        from (
            select v.link_id, v.embedding <=> (select g.embedding from given g) as distance
            from link_vectors v
            order by distance
            limit case when similar_links.kind is null then 1 else 20 end * least(greatest(similar_links.count, 0), 1000000) + 1
        ) n
        where n.link_id <> (select g.link_id from given g)
          and (similar_links.kind is null
               or (select l.kind from links l where l.link_id = n.link_id) = similar_links.kind)
        order by n.distance
        limit greatest(similar_links.count, 0)
    ), answer as (
        select n.link_id, n.distance from near n where (select count(*) from near) = similar_links.count
        union all
        (select v.link_id, v.embedding <=> (select g.embedding from given g)
         from link_vectors v
         join links l on l.link_id = v.link_id
         where (select count(*) from near) < similar_links.count
           and v.link_id <> (select g.link_id from given g)
           and (similar_links.kind is null or l.kind = similar_links.kind)
         order by (v.embedding <=> (select g.embedding from given g)) * 1, v.link_id  -- a product, which no index orders
         limit greatest(similar_links.count, 0))
    )
    select l.link_id, l.kind, l.title, (1 - a.distance)::real
    from answer a
    join links l on l.link_id = a.link_id
    where (select g.embedding is not null from given g)
    order by a.distance, a.link_id;
end;
comment on function similar_links(text, bigint, text) is
    'The links, all or of one kind, most like the one of this title or alias, by cosine similarity, without itself';
