create or replace function link_embedding(link_id bigint) returns vector
language sql stable parallel safe
begin atomic
    select v.embedding from link_vectors v where v.link_id = link_embedding.link_id;
end;
comment on function link_embedding(bigint) is 'The vector of this link in the active model, or null';
