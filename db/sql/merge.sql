-- Turns the staged records into articles, facets and links; the caller's transaction makes it all or nothing. An update
-- writes only what differs from what is stored, since of a newer dump most is as it was. New ids go on from the highest
-- ever given, because the vector of a vanished article stays in older models. They do without a sequence, so that an
-- import repeated after a crash gives the same ids.

set local work_mem = '256MB';  -- sorts and hashes of a million rows stay in memory
analyze _staging_articles, _staging_facets, _staging_links, _staging_pairs, _staging_aliases;

-- 1. Follow the redirects to the end. What a new dump says goes before what is stored, and replaces it if the import
--    prunes. A loop or a chain of more than 16 ends at a title that redirects again, and is dropped.
create temporary table known_aliases on commit drop as
select distinct on (title) title, target from _staging_aliases
union all
select a.title, a.target from aliases a
where not exists (select from _staging_aliases s where s.title = a.title)
  and not (select prune from _staging_import);
analyze known_aliases;

create temporary table alias_ends on commit drop as
with recursive steps(title, target, hops) as (
    select title, target, 0 from known_aliases
    union all
    select p.title, s.target, p.hops + 1
    from steps p join known_aliases s on s.title = p.target
    where p.hops < 16
)
select distinct on (title) title, target from steps order by title, hops desc;
analyze alias_ends;

-- Each statement has one condition and fresh statistics. The planner cannot guess how much a recursion or a first
-- condition leaves, and its nested loops took 13 minutes for 120,000 redirects.
create temporary table resolved_aliases on commit drop as
select e.title, e.target from alias_ends e where not exists (select from known_aliases s where s.title = e.target);
alter table resolved_aliases add primary key (title);
analyze resolved_aliases;
delete from resolved_aliases r using _staging_articles a where a.title = r.title;
delete from resolved_aliases r using articles a where a.title = r.title and not (select prune from _staging_import);

-- 2. Take each staged article once: the last of its title or page id. It gets the id of the stored article with its
--    page id, or else with its title, or else a new id.
create temporary table merged_articles on commit drop as
with last_of_title as (
    select distinct on (title) * from _staging_articles order by title, part desc, row desc
), last_of_page as (
    select * from last_of_title where page_id is null
    union all
    (select distinct on (page_id) * from last_of_title where page_id is not null order by page_id, part desc, row desc)
)
select s.*,
       coalesce(by_page.article_id, by_title.article_id) as article_id,
       coalesce(by_page.article_id, by_title.article_id) is null as is_new,
       (coalesce(by_page.revision_id, by_title.revision_id), coalesce(by_page.revised_at, by_title.revised_at))
       is not distinct from (s.revision_id, s.revised_at) as is_unchanged
from last_of_page s
left join articles by_page on by_page.page_id = s.page_id
left join articles by_title on by_title.title = s.title and by_page.article_id is null;
update merged_articles m set article_id = fresh.article_id
from (select part, row,
             (select article_id from _last_article) + row_number() over (order by part, row) as article_id
      from merged_articles where is_new) fresh
where m.part = fresh.part and m.row = fresh.row;
update _last_article set article_id = greatest(article_id, (select max(article_id) from merged_articles));

-- Find the articles of the wanted topics that the sources do not have any more. They are deleted if the import prunes.
create temporary table vanished on commit drop as
select a.article_id from articles a
where a.topic = any (select unnest(topics) from _staging_import)
  and not exists (select from merged_articles m where m.article_id = a.article_id);
delete from article_links p using vanished v where p.article_id = v.article_id and (select prune from _staging_import);
delete from articles a using vanished v where a.article_id = v.article_id and (select prune from _staging_import);

set constraints articles_title_key, articles_page_id_key deferred;
insert into articles (article_id, page_id, topic, title, infobox, revision_id, revised_at, text_length)
select m.article_id, m.page_id, m.topic, m.title, m.infobox, m.revision_id, m.revised_at, m.text_length
from merged_articles m
where not exists (select from articles a
                  where a.article_id = m.article_id
                    and (a.page_id, a.topic, a.title, a.infobox, a.revision_id, a.revised_at, a.text_length)
                        is not distinct from
                        (m.page_id, m.topic, m.title, m.infobox, m.revision_id, m.revised_at, m.text_length))
order by m.article_id
on conflict (article_id) do update set
    page_id = excluded.page_id, topic = excluded.topic, title = excluded.title, infobox = excluded.infobox,
    revision_id = excluded.revision_id, revised_at = excluded.revised_at, text_length = excluded.text_length;
set constraints articles_title_key, articles_page_id_key immediate;

-- 3. Store the facets.
create temporary table merged_facets on commit drop as
select distinct m.article_id, f.name, coalesce(r.target, f.value) as value
from _staging_facets f
join merged_articles m using (part, row)
left join resolved_aliases r on r.title = f.value;
analyze merged_articles, merged_facets;
delete from facets f using merged_articles m
where f.article_id = m.article_id
  and not exists (select from merged_facets n where (n.article_id, n.name, n.value) = (f.article_id, f.name, f.value));
insert into facets select * from merged_facets on conflict do nothing;

-- 4. Store the links by their resolved titles. The pairs follow: db.importing.staging maps them by numpy.
create temporary table titled_links on commit drop as
select s.part, s.number, s.kind, coalesce(r.target, s.title) as title
from _staging_links s left join resolved_aliases r on r.title = s.title and s.kind = 'page';

insert into links (link_id, kind, title)
select (select coalesce(max(link_id), 0) from links) + row_number() over (order by kind, title), kind, title
from (select kind, title from titled_links except select kind, title from links) fresh;

create temporary table merged_links on commit drop as
select t.part, t.number, l.link_id from titled_links t join links l on l.title = t.title and l.kind = t.kind;
analyze merged_links;

-- The pairs of a first import go straight into their table. For 770,000 pairs the index by link alone cost 2.5 s if it
-- was filled row by row, and 0.4 s if it was built afterwards, so the indexes are dropped here. The pairs of an update
-- wait in a table of their own, since finish.sql stores only those that differ.
do $$ begin
    if not exists (select from article_links) then
        alter table article_links drop constraint article_links_pkey;
        drop index article_links_link_id_article_id_idx;
    end if;
end $$;
create temporary table merged_pairs (like article_links) on commit drop;
