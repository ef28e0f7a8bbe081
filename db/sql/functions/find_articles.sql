create or replace function find_articles(titles text[]) returns integer[]
language sql stable parallel safe
as $$
    select array_agg(find_article(t.title)) filter (where find_article(t.title) is not null)
    from unnest(find_articles.titles) t(title)
$$;
comment on function find_articles(text[]) is 'The ids of the articles of these titles or aliases, those that exist';
