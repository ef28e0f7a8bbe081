create or replace function _find_link(title text) returns integer
language sql stable parallel safe
begin atomic
    select coalesce(
        (select l.link_id from links l where l.title = _find_link.title and l.kind = 'page'),
        (select l.link_id from aliases s join links l on l.title = s.target and l.kind = 'page' where s.title = _find_link.title),
        (select l.link_id from links l where l.title = _find_link.title order by l.kind limit 1));
end;
comment on function _find_link(text) is 'The id of the link of exactly this title or alias, or null';
