create or replace function articles_in_region(region_id bigint, count bigint default 100)
returns setof region_article
language sql stable parallel safe rows 100
begin atomic
    select a.article_id, a.topic, a.title, a.prominence
    from article_positions p
    join articles a on a.article_id = p.article_id
    where _accepted(articles_in_region.count)
      and articles_in_region.region_id in (p.region_1, p.region_2, p.region_3)
    order by a.prominence desc, a.article_id
    limit greatest(articles_in_region.count, 0);
end;
comment on function articles_in_region(bigint, bigint) is
    'The articles of a region of the map (map_regions lists them), the most prominent first';
