create or replace function find_link(title text) returns integer
language sql stable parallel safe
begin atomic
    select coalesce(_find_link(find_link.title), _find_link(_read_title(find_link.title)));
end;
comment on function find_link(text) is
    'The id of the link of this title or alias, or null; a page comes before a category or a site of the same title';
