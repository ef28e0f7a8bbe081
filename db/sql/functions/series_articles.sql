-- As a subquery the order is asked for once: the planner evaluates a call in its place to learn how many rows there will be.
create or replace function series_articles(title text) returns setof series_article
language sql stable parallel safe rows 10
begin atomic
    select s.place::integer, a.article_id, a.topic, a.title
    from unnest((select _reading_order(_series_members(find_article(series_articles.title)))))
         with ordinality s(article_id, place)
    join articles a on a.article_id = s.article_id
    order by s.place;
end;
comment on function series_articles(text) is
    'The series of the article of this title or alias, with itself, in reading order; at most 500 articles';
