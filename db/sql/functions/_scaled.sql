create or replace function _scaled(embedding vector, factor double precision) returns vector
language sql immutable parallel safe
begin atomic
    select embedding * array_fill(factor::real, array[vector_dims(embedding)])::vector;
end;
comment on function _scaled(vector, double precision) is 'The vector, each of its numbers times the factor';
