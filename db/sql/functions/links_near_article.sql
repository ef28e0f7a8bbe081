-- Links are ranked as the trainer ranks them (train/evaluation/scores.py). A softmax model ranks by cosine x sharpness
-- / temperature + popularity x log(articles that make the link), with the settings that are stored with the model;
-- other models rank by the cosine. No index has this order, so every link is scored.
create or replace function links_near_article(title text, count bigint default 10)
returns setof near_link
language sql stable parallel safe rows 10
begin atomic
    with given as materialized (
        select v.article_id, v.trained as embedding
        from article_vectors v
        where _accepted(links_near_article.count) and v.article_id = (select find_article(links_near_article.title))
    ), own as materialized (  -- the article's page, also under a title that only a later dump made its alias
        select l.link_id
        from (
            select a.title from articles a where a.article_id = (select g.article_id from given g)
            union all
            select s.title from articles a join aliases s on s.target = a.title
            where a.article_id = (select g.article_id from given g)
        ) t
        join links l on l.title = t.title and l.kind = 'page'
    ), weights as materialized (
        select (m.settings ->> 'sharpness')::float / (m.settings ->> 'temperature')::float as cosine,
               (m.settings ->> 'popularity')::float as popularity
        from models m
        where m.state = 'active' and m.objective = 'softmax'
    )
    select l.link_id, l.kind, l.title, s.similarity::real, s.score::real
    from (
        select n.link_id, n.similarity,
               coalesce(n.similarity * (select w.cosine from weights w)
                        + ln(greatest(l.article_count, 1)) * (select w.popularity from weights w), n.similarity) as score
        from (
            select v.link_id, 1 - (v.embedding <=> (select g.embedding from given g)) as similarity
            from link_vectors v
            where (select g.embedding is not null from given g)
            offset 0  -- so that the distance is computed once
        ) n
        join links l on l.link_id = n.link_id
        where not exists (
            select from article_links p
            where p.article_id = (select g.article_id from given g) and p.link_id = n.link_id)
          and n.link_id <> all (array(select o.link_id from own o))
        order by score desc, n.link_id
        limit greatest(links_near_article.count, 0)
    ) s
    join links l on l.link_id = s.link_id
    order by s.score desc, s.link_id;
end;
comment on function links_near_article(text, bigint) is
    'The links that the article of this title or alias does not make and most likely would, the likeliest first; never itself';
