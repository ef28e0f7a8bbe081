-- Each range is one scan of an index, whatever the estimates say, because of `offset 0`.
create or replace function _articles_labelled(condition _condition) returns setof integer
language sql stable parallel safe
begin atomic
    select m.article_id
    from unnest((_articles_labelled.condition).lows, (_articles_labelled.condition).highs) r(low, high)
    cross join lateral (
        select l.article_id from article_labels l
        where l.name = (_articles_labelled.condition).name and l.value between r.low and r.high
        offset 0
    ) m;
end;
comment on function _articles_labelled(_condition) is
    'The articles of which a label lies in one of the ranges of the condition, once for each such label';
