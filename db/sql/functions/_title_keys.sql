-- A reader's list has "The Colour of Magic (Discworld, #1)", "Colour of Magic, The" and "Middlesex: A Novel"; Wikipedia has
-- "The Colour of Magic" and "Middlesex (novel)". So there are several things to look for. The distance is 0 for the title as
-- it stands, and 10 or more for a part of it, which only the author can confirm: what stands behind the first colon, before
-- the last one, before the first one.
create or replace function _title_keys(title text) returns table (key text, distance integer)
language sql immutable parallel safe rows 5
begin atomic
    with folded as materialized (
        select fold_title(left(_title_keys.title, 255)) as title
    ), whole as materialized (
        select btrim(regexp_replace(translate(f.title, '‘’“”', '''''""'), '\s+', ' ', 'g')) as title from folded f
    ), main as materialized (
        select regexp_replace(
                   regexp_replace(w.title, '(?<=\S)(\s*[(\[][^()\[\]]*[)\]])+$', ''),
                   '^(.+), (the|an?|l[ae]s?|der|die|das|el|los|las|il)$', '\2 \1') as title
        from whole w
    ), part as (
        select f.title, 0 as distance from folded f
        union all
        select w.title, 0 from whole w
        union all
        select m.title, 1 from main m
        union all
        select regexp_replace(m.title, '(?<=\S)(\s*[:;,]|\s[-–—]) (an?|the) (novel|novella|memoir)$', ''), 2 from main m
        union all
        select regexp_replace(m.title, '^[^:]+(:|\s[-–—]\s)\s*', ''), 10 from main m
        union all
        select regexp_replace(m.title, '^(.*\S)\s*(:|;|\s[-–—/]\s).*$', '\1'), 11 from main m
        union all
        select regexp_replace(m.title, '(?<=\S)\s*(:|;|,? or,? |\s[-–—/]\s).*$', ''), 12 from main m
    )
    select p.title, min(p.distance) from part p where p.title <> '' group by p.title;
end;
comment on function _title_keys(text) is 'What to look for among the folded titles to find the article of a title, and how far it is from it';
