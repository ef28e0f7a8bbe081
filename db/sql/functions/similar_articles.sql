create or replace function similar_articles(
    article_id bigint, count bigint default 10, topic text default null, facets jsonb default null,
    same_author boolean default null, same_series boolean default null, "least" boolean default false,
    exact boolean default false,
    prominence double precision default 0, exclude text[] default '{}', exclude_ids bigint[] default '{}',
    min_similarity double precision default null)
returns setof similar_article
language sql stable parallel safe rows 10
begin atomic
    select n.*
    from _nearest_articles(
        null,
        similar_articles.exclude_ids
        || case when cardinality(similar_articles.exclude) > 0 then find_articles(similar_articles.exclude) end,
        similar_articles.count,
        case when num_nonnulls(similar_articles.topic, similar_articles.facets, similar_articles.same_author,
                               similar_articles.same_series) > 0
             then _conditions(similar_articles.topic, similar_articles.facets, similar_articles.article_id,
                              similar_articles.same_author, similar_articles.same_series) end,
        similar_articles.article_id, similar_articles."least", similar_articles.exact, similar_articles.prominence,
        similar_articles.min_similarity) n;
end;
comment on function similar_articles(
    bigint, bigint, text, jsonb, boolean, boolean, boolean, boolean, double precision, text[], bigint[], double precision) is
    'The articles most like the one of this id; see similar_articles(title)';

create or replace function similar_articles(
    title text, count bigint default 10, topic text default null, facets jsonb default null,
    same_author boolean default null, same_series boolean default null, "least" boolean default false,
    exact boolean default false,
    prominence double precision default 0, exclude text[] default '{}', exclude_ids bigint[] default '{}',
    min_similarity double precision default null)
returns setof similar_article
language sql stable parallel safe rows 10
begin atomic
    select n.*
    from similar_articles(
        find_article(similar_articles.title), similar_articles.count, similar_articles.topic, similar_articles.facets,
        similar_articles.same_author, similar_articles.same_series, similar_articles."least", similar_articles.exact,
        similar_articles.prominence, similar_articles.exclude, similar_articles.exclude_ids,
        similar_articles.min_similarity) n;
end;
comment on function similar_articles(
    text, bigint, text, jsonb, boolean, boolean, boolean, boolean, double precision, text[], bigint[], double precision) is
    'The articles most like the one of this title or alias, by cosine similarity in the active model, without itself';
