-- Runs when the pairs are stored. It makes their indexes, updates what depends on articles, links and pairs, and
-- counts.

do $$ begin
    if to_regclass(format('%I.article_links_pkey', current_schema())) is null then
        alter table article_links add constraint article_links_pkey primary key (article_id, link_id);
        create index article_links_link_id_article_id_idx on article_links (link_id, article_id);
    else
        analyze merged_pairs;
        delete from article_links p using merged_articles m
        where p.article_id = m.article_id
          and not exists (select from merged_pairs n
                          where (n.article_id, n.link_id, n.occurrences, n.see_also)
                              = (p.article_id, p.link_id, p.occurrences, p.see_also));
        insert into article_links
        select n.* from merged_pairs n
        where not exists (select from article_links p where (p.article_id, p.link_id) = (n.article_id, n.link_id));
    end if;
end $$;

update links l set article_count = coalesce(c.article_count, 0)
from links every
left join (select link_id, count(*) as article_count from article_links group by link_id) c using (link_id)
where l.link_id = every.link_id and l.article_count <> coalesce(c.article_count, 0);

update links l set article_id = a.article_id
from links every
left join articles a on a.title = every.title and every.kind = 'page'
where l.link_id = every.link_id and l.article_id is distinct from a.article_id;

create temporary table wanted_aliases on commit drop as
select r.title, r.target from resolved_aliases r
where not exists (select from articles a where a.title = r.title)
  and (exists (select from articles a where a.title = r.target)
       or exists (select from links l where l.title = r.target and l.kind = 'page'));
analyze wanted_aliases;
delete from aliases a
where ((select prune from _staging_import)
       or exists (select from articles t where t.title = a.title)
       or exists (select from _staging_aliases s where s.title = a.title))
  and not exists (select from wanted_aliases w where w.title = a.title);
insert into aliases
select w.* from wanted_aliases w where not exists (select from aliases a where (a.title, a.target) = (w.title, w.target))
on conflict (title) do update set target = excluded.target;

-- The prominence of an article says how much of the wiki points at it, beside the others of its topic: log(1 + pages that
-- link to it), less the mean, divided by the standard deviation, from -3 to 3. Where nobody counted those pages, the number
-- of its links that at least 4 articles make, and not more than a fifth of them all, takes the place of the logarithm: so
-- many things it has in common with others. It has two digits, so that few rows change.
update articles a set prominence = p.prominence
from (
    select s.article_id, round(greatest(-3, least(3, coalesce((s.size - avg(s.size) over kin)
                                                              / nullif(stddev_pop(s.size) over kin, 0), 0)))::numeric, 2)::real
           as prominence
    from (
        select a.article_id, a.topic, a.linked_from is null as unknown,
               coalesce(ln(1 + a.linked_from::float), shared.links, 0) as size
        from articles a
        left join (
            select p.article_id, count(*)::float as links
            from article_links p join links l using (link_id)
            where l.article_count between 4 and greatest(400, (select count(*) / 5 from articles))
            group by p.article_id) shared using (article_id)
    ) s
    window kin as (partition by s.topic, s.unknown)
) p
where a.article_id = p.article_id and a.prominence is distinct from p.prominence;

-- Every search reads the titles that a trigram index has not sorted in yet: 12 of 15 ms after an import of 10,000
-- titles.
select gin_clean_pending_list('articles_folded_title_idx'), gin_clean_pending_list('aliases_folded_title_idx');

analyze articles, links, article_links, aliases, facets;

create temporary table merged on commit drop as
select (select count(*) from merged_articles)::integer as articles,
       (select count(*) from merged_articles where is_new)::integer as new,
       (select count(*) from merged_articles where not is_new and not is_unchanged)::integer as changed,
       (select count(*) from vanished)::integer as vanished,
       (select count(distinct link_id) from merged_links)::integer as links,
       (select count(*) from article_links p join merged_articles using (article_id))::integer as pairs,
       (select count(*) from aliases)::integer as aliases,
       (select count(*) from facets f join merged_articles using (article_id))::integer as facets;
