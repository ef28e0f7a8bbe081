-- It is strict, so where nothing is wrong it is not even called.
create or replace function _refuse(wrong text) returns boolean
language plpgsql immutable strict parallel safe
set search_path from current
as $$
begin
    raise exception using errcode = 'invalid_parameter_value', message = wrong;
end $$;
comment on function _refuse(text) is 'An error of these words; null without words';
