-- One pass over all candidates for each pick, by functions in C: a thousand picks of a thousand cost 0.08 s. Here a score is
-- (1 - diversity) x similarity - diversity x likeness to the likest pick so far. With every pick it can only fall, so the
-- least of the scores by each single pick is the score by all of them. Before the first pick the likeness is -1.
-- No variable is a vector: a reader may lack the right to look into the schema of that type.
create or replace function _diverse(
    ids integer[], similarities real[], embeddings vector[], diversity double precision, count bigint)
returns integer[]
language plpgsql immutable strict parallel safe
set search_path from current
set plan_cache_mode = force_generic_plan
as $$
declare
    relevances double precision[] := (select array_agg((1 - _diverse.diversity) * s) from unnest(similarities) s);
    scores double precision[] := (select array_agg(r + _diverse.diversity) from unnest(relevances) r);
    top double precision := (select max(s) from unnest(scores) s);
    place integer;
    picks integer[] := '{}';
begin
    for number in 1 .. least(_diverse.count, cardinality(ids)) loop
        place := array_position(scores, top);  -- the first of equal scores
        picks := picks || ids[place];
        scores[place] := '-infinity';
        select array_agg(n.score), max(n.score) into scores, top
        from (
            select least(c.score, c.relevance - _diverse.diversity
                                  * (1 - _distance(c.embedding, (select embeddings[place])))::real) as score
            from (select unnest(embeddings) as embedding, unnest(relevances) as relevance, unnest(scores) as score) c
            offset 0  -- so that the distance is computed once
        ) n;
        if number % 100 = 0 then  -- what is picked leaves the arrays from time to time: it would be compared as well
            select array_agg(c.id), array_agg(c.embedding), array_agg(c.relevance), array_agg(c.score)
            into ids, embeddings, relevances, scores
            from (select unnest(ids) as id, unnest(embeddings) as embedding, unnest(relevances) as relevance,
                         unnest(scores) as score) c
            where c.score > '-infinity';
        end if;
    end loop;
    return picks;
end $$;
comment on function _diverse(integer[], real[], vector[], double precision, bigint) is
    'Of candidates, the most similar first, at most count ids by maximal marginal relevance, in the order of the picks';
