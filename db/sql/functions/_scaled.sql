-- Where no model was ever active, the planner itself asks for this of null; an array of no size or of nulls would be an error.
create or replace function _scaled(embedding vector, factor double precision) returns vector
language sql immutable parallel safe
begin atomic
    select embedding * array_fill(coalesce(factor::real, 0), array[coalesce(vector_dims(embedding), 1)])::vector;
end;
comment on function _scaled(vector, double precision) is 'The vector, each of its numbers times the factor';
