create or replace function weighted_by_rarity(embedding vector, article_count integer, articles integer) returns vector
language sql immutable parallel safe
as $$
    select embedding * array_fill(ln(1 + articles / greatest(article_count, 1)::float)::real,
                                  array[vector_dims(embedding)])::vector
$$;
comment on function weighted_by_rarity(vector, integer, integer) is
    'The vector of a link times log(1 + articles / articles that have the link), its weight in an article''s vector';
