create or replace function _name_words(name text) returns text[]
language sql immutable parallel safe
begin atomic
    select array_remove(array_remove(array_remove(
        string_to_array(translate(fold_title(split_part(_name_words.name, '(', 1)), '.,;:&''’"/-', '          '), ' '),
        ''), 'jr'), 'sr');
end;
comment on function _name_words(text) is 'The words of a name, folded, without what stands in brackets behind it and without "Jr."';
