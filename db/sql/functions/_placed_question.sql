-- The vector that orders the placed vectors of the articles by cosine + weight x prominence: see `_placed` in migration
-- 0008. It is a function, because plpgsql cannot name the type `vector` where pgvector's schema is not in its path.
create or replace function _placed_question(asked vector, weight double precision) returns vector
language sql immutable parallel safe
begin atomic
    select (l2_normalize(asked)::real[] || array[weight / 0.3, 0]::real[])::vector;
end;
comment on function _placed_question(vector, double precision) is
    'A vector and two more numbers, by which the placed vectors are ordered';
