-- The nearest article whose author agrees, else the nearest that has no author to compare; of two that are equally near,
-- neither. Where the same author has several articles "Dune: ...", another "Dune: ..." is one of a series, and not "Dune".
-- Leading articles are tried last, for they take most of the time: 34 words for each key.
create or replace function match_articles(titles text[], authors text[] default '{}')
returns table ("position" integer, article_id integer, title text)
language sql stable parallel safe rows 100
begin atomic
    with given as materialized (
        select g.position::integer, k.key, k.distance, a.author
        from unnest(match_articles.titles, match_articles.authors) with ordinality g(title, author, position)
        cross join lateral (  -- an alias of the author, such as a pen name, leads to another name
            select nullif(btrim(concat_ws(' ', g.author, (select s.target from aliases s where s.title = g.author))), '')
                   as author
        ) a
        cross join lateral _title_keys(g.title) k
    ), near as materialized (
        select n.*
        from (
            select g.position, t.article_id, t.title, g.distance + t.distance as distance, t.agrees,
                   g.distance > 10 and bool_or(t.distance = 10) over (partition by g.position, g.key) as is_of_series
            from given g
            cross join lateral _articles_titled(g.key, g.author, true) t
            where t.agrees or g.distance < 10
        ) n
        where not n.is_of_series
    ), bare as materialized (  -- without the leading article, if there is one
        select g.position, g.author, g.distance, coalesce(l.word, '') as word,
               substr(g.key, 1 + coalesce(length(l.word), 0)) as key
        from given g
        left join unnest(_leading_articles()) l(word) on starts_with(g.key, l.word) and g.key <> l.word
        where g.author is not null and g.distance <> 10 and g.key !~ '[)\]]$'
          and not exists (select from near n where n.position = g.position and n.agrees and n.distance < 10)
    ), far as materialized (
        select b.position, t.article_id, t.title, b.distance + 4 + t.distance as distance, t.agrees
        from bare b
        join unnest(_leading_articles() || array['']) l(word) on l.word <> b.word
        cross join lateral _articles_titled(l.word || b.key, b.author, false) t
        where t.agrees
    ), ranked as (
        select c.position, c.article_id, c.title,
               rank() over (partition by c.position order by coalesce(c.agrees, false) desc, c.distance) as place
        from (select n.position, n.article_id, n.title, n.distance, n.agrees from near n union all select * from far) c
    )
    select r.position, min(r.article_id), min(r.title)
    from ranked r
    where r.place = 1
    group by r.position
    having count(distinct r.article_id) = 1
    order by r.position;
end;
comment on function match_articles(text[], text[]) is
    'For each title of a list, with its author, the article that it names: its position, from 1, where there is one';
