-- Titles that begin with the words come first; an index in the order of the folded titles gives the first ones without
-- a sort, even for a single letter. If these are too few, titles follow that contain something like the words. If there
-- is still nothing, titles follow that as a whole are a little like the words. So a search is slower if there is less
-- to find. Two letters do not make a trigram. An article that is found by several titles is listed once, by the best of
-- them.
--
-- A trigram index gives every title that has enough of the words' trigrams, and each of these is compared. In a large shelf
-- some titles are compared first, always the same: where more than one in 20 has so many, as with "the", they are not told
-- apart by likeness. Likeness is to the first 60 letters.
create or replace function search_articles(words text, count bigint default 10, topic text default null)
returns setof found_article
language sql stable parallel safe rows 10
begin atomic
    with asked as materialized (
        select btrim(fold_title(left(search_articles.words, 255))) as words  -- no title is longer
        where _accepted(search_articles.count) and _refuse(_unknown_label(search_articles.topic))
    ), trigrams as materialized (
        select left(k.words, 60) as words, cardinality(show_trgm(left(k.words, 60))) as count from asked k
    ), sample as materialized (  -- how many titles of a hundred have so many of the trigrams
        select 100 * coalesce(avg((s.share >= 0.6)::integer), 0) as holding,
               100 * coalesce(avg((s.share >= 0.3)::integer), 0) as alike
        from (
            select t.likeness / (1 + t.likeness) * (k.count + cardinality(show_trgm(t.title))) / nullif(k.count, 0) as share
            from trigrams k
            cross join (select max(a.article_id) as articles from articles a) n
            cross join lateral (
                (select fold_title(a.title) as title, similarity(fold_title(a.title), k.words) as likeness
                 from articles a tablesample system (50000.0 / n.articles) repeatable (1) limit 500)
                union all
                (select fold_title(s.title), similarity(fold_title(s.title), k.words)
                 from aliases s tablesample system (50000.0 / n.articles) repeatable (1) limit 500)
            ) t
            where n.articles > 100000
        ) s
    ), beginning as materialized (  -- more than asked for, because several may be of one article
        (select a.article_id, a.title as name, null as alias, true as begins
         from articles a
         where (select k.words <> '' from asked k)
           and fold_title(a.title) ~>=~ (select k.words from asked k)
           and fold_title(a.title) ~<~ (select k.words || chr(1114111) from asked k)
           and (search_articles.topic is null or a.topic = search_articles.topic)
         order by fold_title(a.title) using ~<~
         limit 2 * least(greatest(search_articles.count, 0), 1000000))
        union all
        (select a.article_id, s.title, s.title, true
         from aliases s join articles a on a.title = s.target
         where (select k.words <> '' from asked k)
           and fold_title(s.title) ~>=~ (select k.words from asked k)
           and fold_title(s.title) ~<~ (select k.words || chr(1114111) from asked k)
           and (search_articles.topic is null or a.topic = search_articles.topic)
         order by fold_title(s.title) using ~<~
         limit 2 * least(greatest(search_articles.count, 0), 1000000))
    ), holding as materialized (  -- in part like the words: pg_trgm.word_similarity_threshold, 0.6
        select a.article_id, a.title as name, null as alias, false as begins
        from articles a
        where (select length(k.words) > 2 from asked k)
          and (select count(distinct b.article_id) from beginning b) < search_articles.count
          and (select t.holding <= 5 from sample t)
          and fold_title(a.title) %> (select t.words from trigrams t)
          and (search_articles.topic is null or a.topic = search_articles.topic)
        union all
        select a.article_id, s.title, s.title, false
        from aliases s join articles a on a.title = s.target
        where (select length(k.words) > 2 from asked k)
          and (select count(distinct b.article_id) from beginning b) < search_articles.count
          and (select t.holding <= 5 from sample t)
          and fold_title(s.title) %> (select t.words from trigrams t)
          and (search_articles.topic is null or a.topic = search_articles.topic)
    ), alike as materialized (  -- as a whole like the words: pg_trgm.similarity_threshold, 0.3
        select a.article_id, a.title as name, null as alias, false as begins
        from articles a
        where (select length(k.words) > 2 from asked k)
          and not exists (select from beginning) and not exists (select from holding)
          and (select t.alike <= 5 from sample t)
          and fold_title(a.title) % (select t.words from trigrams t)
          and (search_articles.topic is null or a.topic = search_articles.topic)
        union all
        select a.article_id, s.title, s.title, false
        from aliases s join articles a on a.title = s.target
        where (select length(k.words) > 2 from asked k)
          and not exists (select from beginning) and not exists (select from holding)
          and (select t.alike <= 5 from sample t)
          and fold_title(s.title) % (select t.words from trigrams t)
          and (search_articles.topic is null or a.topic = search_articles.topic)
    ), best as (
        select distinct on (f.article_id) f.article_id, f.name, f.alias, f.begins,
               (word_similarity((select k.words from asked k), fold_title(f.name))
                + similarity((select k.words from asked k), fold_title(f.name))) / 2 as score
        from (select * from beginning union all select * from holding union all select * from alike) f
        order by f.article_id, f.begins desc, score desc, f.alias nulls first
    )
    select a.article_id, a.topic, a.title, b.alias, b.score::real
    from best b
    join articles a on a.article_id = b.article_id
    order by b.begins desc, b.score desc, length(b.name), a.title
    limit greatest(search_articles.count, 0);
end;
comment on function search_articles(text, bigint, text) is
    'The articles whose title or alias begins with these words or is like them; case, accents and small errors do not matter';
