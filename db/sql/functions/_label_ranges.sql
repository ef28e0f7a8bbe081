-- Years are stored as four digits, after "-" if they are before Christ. So a range of years is one range of texts in each
-- era, and before Christ it runs the other way.
create or replace function _label_ranges(name text, value text) returns table (low text, high text)
language sql immutable parallel safe rows 1
begin atomic
    with asked as (
        select coalesce(nullif(m[1], ''), '-9999')::integer as first,
               coalesce(nullif(case when m[2] is null then m[1] else m[3] end, ''), '9999')::integer as last
        from regexp_match(case when _label_ranges.name = 'year' and _label_ranges.value not in ('', '..')
                               then _label_ranges.value end, '^(-?[0-9]{1,4}|)(\.\.(-?[0-9]{1,4}|))?$') m
        where m is not null
    )
    select normalize(_label_ranges.value, nfc), normalize(_label_ranges.value, nfc)
    where not exists (select from asked)
    union all
    select '-' || lpad((-least(a.last, -1))::text, 4, '0'), '-' || lpad((-a.first)::text, 4, '0')
    from asked a where a.first < 0
    union all
    select lpad(greatest(a.first, 1)::text, 4, '0'), lpad(a.last::text, 4, '0')
    from asked a where a.last > 0;
end;
comment on function _label_ranges(text, text) is
    'The ranges of labels that a value of a facet means: itself, or the years of a range such as -500..1500';
