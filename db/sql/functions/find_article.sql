-- What is stored is written as MediaWiki writes it. So only a title that nothing has is read, and the others cost nothing more.
create or replace function find_article(title text) returns integer
language sql stable parallel safe
begin atomic
    select coalesce(
        (select a.article_id from articles a where a.title = find_article.title),
        (select a.article_id from aliases s join articles a on a.title = s.target where s.title = find_article.title),
        (select a.article_id from articles a where a.title = _read_title(find_article.title)),
        (select a.article_id from aliases s join articles a on a.title = s.target where s.title = _read_title(find_article.title)));
end;
comment on function find_article(text) is 'The id of the article of this title or alias, or null';
