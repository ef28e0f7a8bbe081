-- Turns the staged records into ids of articles, facets and links; finish.sql stores them when the pairs are mapped, and
-- the caller's transaction makes it all or nothing. An update writes only what differs from what is stored, since of a
-- newer dump most is as it was. New ids go on from the highest ever given, because the vector of a vanished article stays
-- in older models. They do without a sequence, so that an import repeated after a crash gives the same ids.

set local work_mem = '256MB';  -- sorts and hashes of a million rows stay in memory
analyze _staging_articles (part, row, page_id, title), _staging_facets, _staging_links, _staging_aliases;

-- A first import writes each row before its indexes and foreign keys: to build an index costs a fraction of filling it
-- row by row, and two processes can do it. The keys that `on conflict` names in finish.sql stay, and so does a key upon
-- which an application has built something.
create temporary table set_aside on commit drop as
with shelf as (
    select unnest('{articles, links, article_links, aliases, facets}'::regclass[]) as of
), keys as (
    select c.* from pg_constraint c join shelf on of = conrelid
    where contype in ('u', 'f') or (contype = 'p' and conrelid <> all ('{articles, aliases}'::regclass[]))
), indexes as (
    select i.* from pg_index i join shelf on of = indrelid
    where not exists (select from pg_constraint c where c.conrelid = i.indrelid and c.conindid = i.indexrelid)
), found as (
    select oid, case contype when 'f' then 0 else conindid end as index_oid,
           format('alter table %s drop constraint %I', conrelid::regclass, conname) as remove,
           format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as restore
    from keys
    union all
    select 0, indexrelid, format('drop index %s', indexrelid::regclass), pg_get_indexdef(indexrelid) from indexes
)
select remove, restore from found f
where not exists (select from articles) and not exists (select from links) and not exists (select from article_links)
  and not exists (select from aliases) and not exists (select from facets)
  and not exists (select from pg_depend d
                  where d.deptype = 'n' and (d.refclassid, d.refobjid) in (('pg_constraint'::regclass, f.oid),
                                                                           ('pg_class'::regclass, f.index_oid)));
-- Whoever has read a table in a transaction that is still open keeps all indexes where they are.
do $$ declare one text; begin
    if exists (select from set_aside) then
        set local lock_timeout = '2s';
        lock table articles, links, article_links, aliases, facets in access exclusive mode;
        set local lock_timeout to default;
        for one in select remove from set_aside loop execute one; end loop;
    end if;
exception when lock_not_available or deadlock_detected then delete from set_aside;
end $$;

-- 1. Follow the redirects to the end. What a new dump says goes before what is stored, and replaces it if the import
--    prunes. A loop or a chain of more than 16 ends at a title that redirects again, and is dropped.
create temporary table known_aliases on commit drop as
select distinct on (title) title, target from _staging_aliases
union all
select a.title, a.target from aliases a
where not exists (select from _staging_aliases s where s.title = a.title)
  and not (select prune from _staging_import);
analyze known_aliases;

create temporary table chained_aliases on commit drop as
select k.title, k.target from known_aliases k where exists (select from known_aliases s where s.title = k.target);
analyze chained_aliases;

create temporary table alias_ends on commit drop as
with recursive steps(title, target, hops) as (
    select title, target, 0 from chained_aliases
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
select k.title, k.target from known_aliases k where not exists (select from chained_aliases c where c.title = k.title)
union all
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

-- The articles as they will stand.
create temporary table standing on commit drop as
select article_id, coalesce(m.topic, a.topic) as topic, coalesce(m.title, a.title) as title, a.linked_from
from articles a full join merged_articles m using (article_id);
analyze merged_articles (part, row, page_id, title, article_id), standing;

-- 3. The facets.
create temporary table merged_facets on commit drop as
select distinct m.article_id, f.name, coalesce(r.target, f.value) as value
from _staging_facets f
join merged_articles m using (part, row)
left join resolved_aliases r on r.title = f.value;
analyze merged_facets;

-- 4. The links by their resolved titles. The pairs follow: db.importing.article_pairs maps them by numpy.
create temporary table titled_links on commit drop as
select s.part, s.number, s.kind, coalesce(r.target, s.title) as title
from _staging_links s left join resolved_aliases r on r.title = s.title and s.kind = 'page';
analyze titled_links (kind, title);

create temporary table fresh_links on commit drop as
select ((select coalesce(max(link_id), 0) from links) + row_number() over (order by kind, title))::integer as link_id,
       kind, title
from (select distinct kind, title from titled_links) t
where not exists (select from links l where (l.title, l.kind) = (t.title, t.kind));
analyze fresh_links;

create temporary table merged_links on commit drop as
select t.part, t.number, l.link_id
from titled_links t
join (select link_id, kind, title from fresh_links union all select link_id, kind, title from links) l using (title, kind);

-- The pairs of a first import go straight into their table. Those of an update wait in a table of their own, since
-- finish.sql stores only those that differ.
create temporary table merged_pairs (like article_links) on commit drop;
create temporary table counted_links (link_id integer, article_count integer) on commit drop;

-- What the pages of a dump link to, by db.importing.linked_from.
create temporary table counted (article_id integer, pages integer) on commit drop;
