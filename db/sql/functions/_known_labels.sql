-- By one step in an index for each value, because there are millions of rows and some dozen values.
create or replace function _known_labels() returns table (kind text, label text)
language sql stable parallel safe rows 30
begin atomic
    with recursive topics(label) as (
        select min(a.topic) from articles a
        union all
        select (select min(a.topic) from articles a where a.topic > t.label) from topics t where t.label is not null
    ), names(label) as (
        select min(f.name) from facets f
        union all
        select (select min(f.name) from facets f where f.name > n.label) from names n where n.label is not null
    )
    select 'topic', t.label from topics t where t.label is not null
    union all
    select 'facet', n.label from names n where n.label is not null;
end;
comment on function _known_labels() is 'The topics that articles have, and the names of the facets';
