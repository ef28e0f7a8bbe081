create or replace function article_embedding(article_id bigint) returns vector
language sql stable parallel safe
begin atomic
    select v.embedding from article_vectors v where v.article_id = article_embedding.article_id;
end;
comment on function article_embedding(bigint) is 'The vector of this article in the active model, or null';
