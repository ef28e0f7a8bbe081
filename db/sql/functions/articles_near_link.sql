create or replace function articles_near_link(
    title text, count bigint default 10, topic text default null, facets jsonb default null,
    prominence double precision default 0, exclude text[] default '{}', exclude_ids bigint[] default '{}',
    min_similarity double precision default null)
returns setof similar_article
language sql stable parallel safe rows 10
begin atomic
    select n.*
    from nearest_articles(
        link_embedding(find_link(articles_near_link.title)),
        articles_near_link.exclude_ids
        || case when cardinality(articles_near_link.exclude) > 0 then find_articles(articles_near_link.exclude) end,
        articles_near_link.count, articles_near_link.topic, articles_near_link.facets, articles_near_link.prominence,
        articles_near_link.min_similarity) n;
end;
comment on function articles_near_link(
    text, bigint, text, jsonb, double precision, text[], bigint[], double precision) is
    'The articles nearest to the link of this title or alias, whether they make it or not';
