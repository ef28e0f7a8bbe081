-- Last names are enough: "Tolkien, J. R. R.", "J.R.R. Tolkien" and "Christopher Tolkien, J.R.R. Tolkien" agree with "J. R. R.
-- Tolkien". The last name is the last word before a comma, so that "Le Guin, Ursula K." and "Martin Luther King, Jr." have one.
create or replace function _same_author(one text, other text) returns boolean
language sql immutable parallel safe
begin atomic
    select one_family[cardinality(one_family)] = any (_name_words(_same_author.other))
           or other_family[cardinality(other_family)] = any (_name_words(_same_author.one))
    from (select _name_words(split_part(_same_author.one, ',', 1)) as one_family,
                 _name_words(split_part(_same_author.other, ',', 1)) as other_family) n;
end;
comment on function _same_author(text, text) is 'Whether two names may be of one author: the last name of one is a word of the other';
