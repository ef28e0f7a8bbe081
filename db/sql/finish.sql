-- Runs when the pairs are stored and who links to whom is counted. It stores the articles, facets, links and aliases,
-- each row once with all that depends on the others, makes the indexes that a first import has set aside, and counts.

do $$ begin
    if not exists (select from set_aside) then
        analyze merged_pairs;
        delete from article_links p using merged_articles m
        where p.article_id = m.article_id
          and not exists (select from merged_pairs n
                          where (n.article_id, n.link_id, n.occurrences, n.see_also)
                              = (p.article_id, p.link_id, p.occurrences, p.see_also));
        insert into article_links
        select n.* from merged_pairs n
        where not exists (select from article_links p where (p.article_id, p.link_id) = (n.article_id, n.link_id));
        insert into counted_links select link_id, count(*) from article_links group by link_id;
    end if;
end $$;
analyze article_links, counted_links, counted;

-- The prominence of an article says how much of the wiki points at it, beside the others of its topic: log(1 + pages that
-- link to it), less the mean, divided by the standard deviation, from -3 to 3. Where nobody counted those pages, the number
-- of its links that at least 4 articles make, and not more than a fifth of them all, takes the place of the logarithm: so
-- many things it has in common with others. It has two digits, so that few rows change.
create temporary table linked on commit drop as
select s.article_id, s.topic, coalesce(c.pages, s.linked_from) as linked_from
from standing s left join counted c using (article_id);
analyze linked;
create temporary table prominent on commit drop as
select s.article_id, s.linked_from, round(greatest(-3, least(3, coalesce((s.size - avg(s.size) over kin)
                                                          / nullif(stddev_pop(s.size) over kin, 0), 0)))::numeric, 2)::real
       as prominence
from (
    select l.article_id, l.topic, l.linked_from, coalesce(ln(1 + l.linked_from::float), shared.links, 0) as size
    from linked l
    left join (
        select p.article_id, count(*)::float as links
        from linked l join article_links p using (article_id) join counted_links c using (link_id)
        where l.linked_from is null
          and c.article_count between 4 and greatest(400, (select count(*) / 5 from standing))
        group by p.article_id) shared using (article_id)
) s
window kin as (partition by s.topic, s.linked_from is null);
analyze prominent;

set constraints all deferred;  -- two articles may swap their titles
insert into articles (article_id, page_id, topic, title, infobox, revision_id, revised_at, text_length, linked_from, prominence)
select m.article_id, m.page_id, m.topic, m.title, m.infobox, m.revision_id, m.revised_at, m.text_length,
       p.linked_from, p.prominence
from merged_articles m join prominent p using (article_id)
where not exists (select from articles a
                  where a.article_id = m.article_id
                    and (a.page_id, a.topic, a.title, a.infobox, a.revision_id, a.revised_at, a.text_length)
                        is not distinct from
                        (m.page_id, m.topic, m.title, m.infobox, m.revision_id, m.revised_at, m.text_length))
order by m.article_id
on conflict (article_id) do update set
    page_id = excluded.page_id, topic = excluded.topic, title = excluded.title, infobox = excluded.infobox,
    revision_id = excluded.revision_id, revised_at = excluded.revised_at, text_length = excluded.text_length,
    linked_from = excluded.linked_from, prominence = excluded.prominence;
set constraints all immediate;
update articles a set linked_from = p.linked_from, prominence = p.prominence
from prominent p
where a.article_id = p.article_id
  and (a.linked_from, a.prominence) is distinct from (p.linked_from, p.prominence);

delete from facets f using merged_articles m
where f.article_id = m.article_id
  and not exists (select from merged_facets n where (n.article_id, n.name, n.value) = (f.article_id, f.name, f.value));
insert into facets select * from merged_facets on conflict do nothing;

update links l set article_count = coalesce(c.article_count, 0), article_id = s.article_id
from links every
left join counted_links c using (link_id)
left join standing s on s.title = every.title and every.kind = 'page'
where l.link_id = every.link_id
  and (l.article_count, l.article_id) is distinct from (coalesce(c.article_count, 0), s.article_id);
insert into links (link_id, kind, title, article_count, article_id)
select f.link_id, f.kind, f.title, coalesce(c.article_count, 0), s.article_id
from fresh_links f
left join counted_links c using (link_id)
left join standing s on s.title = f.title and f.kind = 'page'
order by f.link_id;

create temporary table wanted_aliases on commit drop as
select r.title, r.target from resolved_aliases r
where not exists (select from standing s where s.title = r.title)
  and exists (select from (select title from standing union all select title from links where kind = 'page') t
              where t.title = r.target);
analyze wanted_aliases;
delete from aliases a
where ((select prune from _staging_import)
       or exists (select from standing s where s.title = a.title)
       or exists (select from _staging_aliases s where s.title = a.title))
  and not exists (select from wanted_aliases w where w.title = a.title);
insert into aliases
select w.* from wanted_aliases w where not exists (select from aliases a where (a.title, a.target) = (w.title, w.target))
order by w.title
on conflict (title) do update set target = excluded.target;

do $$ declare one text; begin
    for one in select restore from set_aside loop execute one; end loop;
end $$;

-- Every search reads the titles that a trigram index has not sorted in yet: 12 of 15 ms after an import of 10,000
-- titles.
select gin_clean_pending_list('articles_folded_title_idx'), gin_clean_pending_list('aliases_folded_title_idx');

analyze articles, links, aliases, facets;

create temporary table merged on commit drop as
select (select count(*) from merged_articles)::integer as articles,
       (select count(*) from merged_articles where is_new)::integer as new,
       (select count(*) from merged_articles where not is_new and not is_unchanged)::integer as changed,
       (select count(*) from vanished)::integer as vanished,
       (select count(*) from (select distinct link_id from merged_links) d)::integer as links,
       (select count(*) from aliases)::integer as aliases,
       (select count(*) from merged_facets)::integer as facets;
