create or replace function nearest_articles(
    asked vector, without bigint[] default '{}', count bigint default 10, topic text default null,
    facets jsonb default null, prominence double precision default 0, min_similarity double precision default null)
returns setof similar_article
language sql stable parallel safe rows 10
begin atomic
    select n.*
    from _nearest_articles(
        nearest_articles.asked, nearest_articles.without, nearest_articles.count,
        case when num_nonnulls(nearest_articles.topic, nearest_articles.facets) > 0
             then _conditions(nearest_articles.topic, nearest_articles.facets) end,
        prominence => nearest_articles.prominence, min_similarity => nearest_articles.min_similarity) n;
end;
comment on function nearest_articles(vector, bigint[], bigint, text, jsonb, double precision, double precision) is
    'The articles nearest to any vector, without those of these ids';
