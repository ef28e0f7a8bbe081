-- The trigram indexes find the candidates: titles that hold a stretch like the words, typing errors included.
-- An article found by several titles is listed once, by its best; equal scores: the title nearest in length, then A to Z.
create or replace function search_articles(words text, count integer default 10)
returns setof found_article
language sql stable parallel safe rows 10
set pg_trgm.word_similarity_threshold = 0.3
as $$
    with named as (
        select a.article_id, a.title as name, null as alias
        from articles a
        where fold_title(search_articles.words) <% fold_title(a.title)
        union all
        select a.article_id, s.title, s.title
        from aliases s join articles a on a.title = s.target
        where fold_title(search_articles.words) <% fold_title(s.title)
    ), scored as (
        select article_id, name, alias,
               (word_similarity(fold_title(search_articles.words), fold_title(name))
                + similarity(fold_title(search_articles.words), fold_title(name))) / 2 as score
        from named
    ), best as (
        select distinct on (article_id) article_id, name, alias, score
        from scored
        order by article_id, score desc, alias nulls first
    )
    select a.article_id, a.topic, a.title, b.alias, b.score::real
    from best b join articles a using (article_id)
    order by b.score desc, abs(length(b.name) - length(search_articles.words)), a.title
    limit search_articles.count
$$;
comment on function search_articles(text, integer) is
    'The articles whose title or alias is most like these words, best first; case, accents and small errors do not matter';
