create or replace function _leading_articles() returns text[]
language sql immutable parallel safe
begin atomic
    select array[
        'the ', 'a ', 'an ', 'le ', 'la ', 'les ', 'l''', 'un ', 'une ', 'der ', 'die ', 'das ', 'ein ', 'eine ', 'el ', 'los ',
        'las ', 'una ', 'il ', 'lo ', 'gli ', 'i ', 'de ', 'het ', 'een ', 'o ', 'os ', 'as ', 'um ', 'uma ', 'den ', 'det ',
        'en ', 'ett '];
end;
comment on function _leading_articles() is 'The words that a folded title may begin with or not, with what stands behind them';
