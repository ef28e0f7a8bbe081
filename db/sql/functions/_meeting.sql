-- It returns a set and not a boolean, so that it is inlined. Then a search stops at the last row that it needs.
create or replace function _meeting(article_id integer, conditions _condition[]) returns setof integer
language sql stable parallel safe rows 1
begin atomic
    select _meeting.article_id
    where not exists (
        select from unnest(_meeting.conditions) c
        where c.wanted <> exists (
            select from article_labels l
            where l.article_id = _meeting.article_id and l.name = c.name
              and exists (select from unnest(c.lows, c.highs) r(low, high) where l.value between r.low and r.high)));
end;
comment on function _meeting(integer, _condition[]) is 'The article itself if it meets all conditions, else no row';
