create or replace function articles_near_link(
    title text, count integer default 10, topic text default null, facets jsonb default null)
returns setof similar_article
language sql stable parallel safe rows 10
begin atomic
    select n.*
    from nearest_articles(
        link_embedding(find_link(articles_near_link.title)), '{}', articles_near_link.count, articles_near_link.topic,
        articles_near_link.facets) n;
end;
comment on function articles_near_link(text, integer, text, jsonb) is
    'The articles nearest to the link of this title or alias, whether they make it or not';
