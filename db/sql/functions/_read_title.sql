-- The rules are those of MediaWiki's title parser (https://www.mediawiki.org/wiki/Manual:Page_title), as ingest/wikitext/titles.py
-- has them for links: every kind of space, underscores, marks of direction, references to characters, a section, a colon before the
-- title, the first letter. Soft hyphens and spaces of no width come along when a title is copied.
create or replace function _read_title(title text) returns text
language sql immutable strict parallel safe
begin atomic
    select case when r.first ~ '[\u10d0-\u10ff]' or length(upper(r.first)) <> 1 then r.title
                else upper(r.first) || substr(r.title, 2) end
    from (
        select c.title, left(c.title, 1) as first
        from (
            select ltrim(rtrim(regexp_replace(split_part(normalize(regexp_replace(
                replace(replace(replace(replace(replace(replace(replace(
                    left(_read_title.title, 1000), '&nbsp;', ' '), '&lt;', '<'), '&gt;', '>'), '&quot;', '"'),
                    '&#39;', ''''), '&#039;', ''''), '&amp;', '&'),
                '[\u00ad\u200b\u200e\u200f\u202a-\u202e\u2060\ufeff]+', '', 'g'), nfc), '#', 1),
                '[\s_\u00a0\u1680\u180e\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+', ' ', 'g')), ' :') as title
        ) c
    ) r;
end;
comment on function _read_title(text) is 'A title as MediaWiki reads it, however it is written';
