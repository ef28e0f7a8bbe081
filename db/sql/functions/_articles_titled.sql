-- Wikipedia tells articles of one title apart by what it writes behind them in brackets, "Emma (novel)", "Cold Fire (Koontz
-- novel)"; a reader's list has no such thing, and may have no subtitle either. The title alone and the title with brackets are
-- one range of the index of the folded titles, for next to nothing sorts between the two. There are some thousand articles
-- "Star Trek: ..."; the first hundred are enough to see that a title is of a series.
--
-- Where an article has no author, or the list has none, only the whole title counts, with one word in brackets at most. A topic
-- whose first hundred articles have no author has none at all: a film is not the book of its title.
create or replace function _articles_titled(key text, author text, with_subtitles boolean)
returns table (article_id integer, title text, distance integer, agrees boolean)
language sql stable parallel safe rows 1
begin atomic
    select f.article_id, f.title, b.distance, r.agrees
    from (
        select a.article_id, a.topic, a.title, fold_title(a.title) as folded, 0 as distance
        from articles a
        where fold_title(a.title) ~>=~ _articles_titled.key and fold_title(a.title) ~<~ (_articles_titled.key || ' )')
          and (fold_title(a.title) = _articles_titled.key or starts_with(fold_title(a.title), _articles_titled.key || ' ('))
        union all
        select a.article_id, a.topic, a.title, fold_title(s.title), 1
        from aliases s
        join articles a on a.title = s.target
        where fold_title(s.title) ~>=~ _articles_titled.key and fold_title(s.title) ~<~ (_articles_titled.key || ' )')
          and (fold_title(s.title) = _articles_titled.key or starts_with(fold_title(s.title), _articles_titled.key || ' ('))
        union all
        (select a.article_id, a.topic, a.title, fold_title(a.title), 10
         from articles a
         where _articles_titled.with_subtitles
           and fold_title(a.title) ~>=~ (_articles_titled.key || ':') and fold_title(a.title) ~<~ (_articles_titled.key || ';')
         limit 100)
    ) f
    cross join lateral (
        select x.aside, f.distance + case x.aside when '' then 0 else 2 end as distance
        from (select case when f.distance < 10 then substr(f.folded, 3 + length(_articles_titled.key)) else '' end as aside) x
    ) b
    cross join lateral (
        select coalesce(b.aside <> '' and _same_author(_articles_titled.author, b.aside), false)
               or bool_or(_same_author(_articles_titled.author, v.value)) as agrees
        from facets v
        where v.article_id = f.article_id and v.name = 'author'
        offset 0
    ) r
    where r.agrees
       or r.agrees is null and f.distance < 10 and b.aside !~ ' ' and (
          _articles_titled.author is null
          or exists (select
                     from (select o.article_id from articles o where o.topic = f.topic order by o.article_id limit 100) o
                     join facets v on v.article_id = o.article_id and v.name = 'author'));
end;
comment on function _articles_titled(text, text, boolean) is
    'The articles of a folded title, how far theirs is from it, and whether the author agrees: null where one has none';
