-- An article stands near the mean m of its links' vectors v, weighted by their rarity w (_link_weights). The weights
-- are scaled so that m has unit length. Then the cosine of two such means is the sum of w_i v_i . m_b over the links i
-- of a. It is the sum of w_j v_j . m_a over the links j of b as well. Half of each sum counts, so that a and b may be
-- exchanged. A link is shown beside itself if the other article makes it too, and else beside the nearest link of the
-- other article. The last row holds what the trained vectors add to the means and what is not listed, so that all
-- shares add up to the similarity.
--
-- The nearest link is sought by comparing all with all. So of what only one makes, the 400 links with the largest shares are
-- looked at, and as many of what both make may stand beside them; two articles of 3,000 links would take 3 s.
create or replace function explain_similarity(a text, b text, count bigint default 10)
returns setof explained_link
language sql stable parallel safe rows 10
begin atomic
    with given as materialized (
        select s.side, s.article_id, article_embedding(s.article_id) as embedding
        from (values ('a', find_article(explain_similarity.a)), ('b', find_article(explain_similarity.b))) s(side, article_id)
    ), weighted as materialized (
        select g.side, p.link_id, v.embedding, _scaled(v.embedding, r.weight) as part,
               count(*) over (partition by p.link_id) = 2 as is_shared
        from given g
        join article_links p on p.article_id = g.article_id
        join link_vectors v on v.link_id = p.link_id
        join _link_weights r on r.link_id = p.link_id
    ), means as materialized (
        select w.side, sum(w.part order by w.link_id) as total from weighted w group by w.side
    ), parts as materialized (
        select w.side, w.link_id, w.embedding, w.is_shared, s.share,
               row_number() over (partition by w.side, w.is_shared order by s.share desc, w.link_id) <= 400 as is_compared
        from weighted w
        join means mine on mine.side = w.side
        join means theirs on theirs.side <> w.side
        cross join lateral (
            select -(w.part <#> theirs.total) / (vector_norm(mine.total) * vector_norm(theirs.total)) / 2 as share
        ) s
    ), compared as materialized (
        select p.* from parts p where p.is_compared
    ), shares as (
        select p.side, p.link_id, p.link_id as other_link_id, p.share from parts p where p.is_shared
        union all
        select c.side, c.link_id, n.link_id, c.share
        from compared c
        cross join lateral (
            select o.link_id from compared o where o.side <> c.side
            order by o.embedding <=> c.embedding, o.link_id
            limit 1
        ) n
        where not c.is_shared
    ), listed as materialized (
        select case when s.side = 'a' then s.link_id else s.other_link_id end as link_id,
               case when s.side = 'a' then s.other_link_id else s.link_id end as other_link_id,
               sum(s.share order by s.side, s.link_id) as share
        from shares s
        group by 1, 2
        order by share desc, 1, 2
        limit greatest(explain_similarity.count, 0)
    ), cosine as (
        select 1 - (x.embedding <=> y.embedding) as similarity from given x, given y where x.side = 'a' and y.side = 'b'
    )
    select e.link_id, e.kind, e.title, e.other_link_id, e.other_kind, e.other_title, e.similarity, e.share
    from (
        select x.link_id, x.kind, x.title, y.link_id as other_link_id, y.kind as other_kind, y.title as other_title,
               (1 - (vx.embedding <=> vy.embedding))::real as similarity, l.share::real as share, false as is_rest
        from listed l
        join link_vectors vx on vx.link_id = l.link_id
        join link_vectors vy on vy.link_id = l.other_link_id
        join links x on x.link_id = l.link_id
        join links y on y.link_id = l.other_link_id
        union all
        select null, null, null, null, null, null, null,
               (c.similarity - coalesce((select sum(l.share) from listed l), 0))::real, true
        from cosine c
        where c.similarity is not null
    ) e
    where _accepted(explain_similarity.count) and exists (select from cosine c where c.similarity is not null)
    order by e.is_rest, e.share desc, e.link_id, e.other_link_id;
end;
comment on function explain_similarity(text, text, bigint) is
    'Why two articles are alike: the links they share or that mean nearly the same, with their parts of the similarity';
