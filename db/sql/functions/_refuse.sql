-- It returns true, so that a search can ask for it in a condition; the planner does so once where the arguments are constants.
create or replace function _refuse(wrong text) returns boolean
language plpgsql immutable parallel safe
set search_path from current
as $$
begin
    if wrong is not null then
        raise exception using errcode = 'invalid_parameter_value', message = wrong;
    end if;
    return true;
end $$;
comment on function _refuse(text) is 'An error of these words; true without words';
