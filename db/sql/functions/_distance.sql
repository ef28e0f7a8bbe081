-- plpgsql looks up a name when it plans a statement, and a reader may lack the right to look into the schema of
-- pgvector. This function is bound to the operator when it is made. It is inlined, so an index serves it as well.
create or replace function _distance(a vector, b vector) returns double precision
language sql immutable parallel safe
begin atomic
    select a <=> b;
end;
comment on function _distance(vector, vector) is 'The cosine distance, 0 to 2';
