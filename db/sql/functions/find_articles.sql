create or replace function find_articles(titles text[]) returns integer[]
language sql stable parallel safe
begin atomic
    select array_agg(f.article_id) filter (where f.article_id is not null)
    from (select find_article(t.title) as article_id from unnest(find_articles.titles) t(title)) f;
end;
comment on function find_articles(text[]) is 'The ids of the articles of these titles or aliases, without unknown ones';
