-- Either of two articles may say that one follows the other, by a title or by an alias. With `offset 0` a title is looked
-- up once, and by an index, whatever the estimates say.
create or replace function _adjoining(article_id integer) returns setof integer
language sql stable parallel safe rows 2
begin atomic
    select o.article_id
    from facets f
    cross join lateral (select find_article(f.value) as article_id offset 0) o
    where f.article_id = _adjoining.article_id and f.name in ('preceded_by', 'followed_by')
    union all
    select n.article_id
    from (
        select a.title from articles a where a.article_id = _adjoining.article_id
        union all
        select s.title from articles a join aliases s on s.target = a.title where a.article_id = _adjoining.article_id
    ) t
    cross join lateral (
        select f.article_id from facets f where f.name in ('preceded_by', 'followed_by') and f.value = t.title offset 0
    ) n;
end;
comment on function _adjoining(integer) is
    'The articles that come right before or after this one, by its own facets or by theirs; null for an unknown title';
