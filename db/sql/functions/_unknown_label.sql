-- The least value from the asked one on is a step in an index; to look for an equal one might be a scan.
create or replace function _unknown_label(topic text, facets jsonb default null) returns text
language plpgsql stable parallel safe
set search_path from current
as $$
#variable_conflict use_column
begin
    if topic is not null and (select min(a.topic) from articles a where a.topic >= _unknown_label.topic) is distinct from topic then
        return format('no article has the topic "%s"; the shelf has %s', topic, coalesce((
            select string_agg(k.label, ', ') from _known_labels() k where k.kind = 'topic'), 'none at all'));
    elsif jsonb_typeof(facets) <> 'object' then
        return 'facets must be an object of names and values, such as {"genre": ["Novel", "Satire"]}';
    end if;
    return (
        select case when w.is_odd then format('the facet %s cannot be %s; give a value or a list of values', e.key, e.value)
                    else format('no article has a facet "%s"; there are %s', e.key, coalesce((
                        select string_agg(k.label, ', ') from _known_labels() k where k.kind = 'facet'), 'no facets')) end
        from jsonb_each(facets) e
        cross join lateral (
            select jsonb_typeof(e.value) in ('object', 'null')
                   or e.value @? 'strict $[*] ? (@.type() == "object" || @.type() == "array" || @.type() == "null")' as is_odd) w
        where w.is_odd or (select min(f.name) from facets f where f.name >= normalize(e.key, nfc)) is distinct from normalize(e.key, nfc)
        limit 1);
end $$;
comment on function _unknown_label(text, jsonb) is
    'What is wrong with a topic and facets that no search takes; null if nothing is';
