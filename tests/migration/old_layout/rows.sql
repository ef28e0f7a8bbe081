-- Forty articles with ten links, an active model of eight dimensions, and the view of their topic.
insert into articles
select n, 100 + n, 'book', 'Book ' || n, '{"name": "x"}', n, '2024-01-01', 1000 from generate_series(1, 40) n;
insert into links select n, 'page', 'Link ' || n, 4 * n, case n when 1 then 1 end from generate_series(1, 10) n;
insert into article_links select a, l, 1 from generate_series(1, 40) a, generate_series(1, 10) l where (a + l) % 3 = 0;
insert into aliases values ('The first', 'Book 1');
insert into facets select n, 'genre', case n % 2 when 0 then 'Novel' else 'Satire' end from generate_series(1, 40) n;
insert into imports (source, sha256, wiki, started_at, counts) values ('dump.xml', 'abc', 'enwiki', '2024-01-01', '{}');
create table vectors.articles_1 (
    article_id integer not null, embedding vector(8) not null, constraint articles_1_pkey primary key (article_id));
insert into vectors.articles_1
select n, (select l2_normalize(array_agg(sin(n * d))::real[]::vector) from generate_series(1, 8) d)
from generate_series(1, 40) n;
create index articles_1_embedding_idx on vectors.articles_1 using hnsw (embedding vector_cosine_ops);
create table vectors.links_1 (
    link_id integer not null, embedding vector(8) not null, constraint links_1_pkey primary key (link_id));
insert into vectors.links_1
select n, (select l2_normalize(array_agg(cos(n * d))::real[]::vector) from generate_series(1, 8) d)
from generate_series(1, 10) n;
create index links_1_embedding_idx on vectors.links_1 using hnsw (embedding vector_cosine_ops);
insert into models (state, objective, dimensions, settings, metrics)
values ('active', 'softmax', 8, '{"temperature": 0.1, "popularity": 0.8}', '{"articles": 40, "links": 10}');
create or replace view article_vectors as select article_id, embedding::vector as embedding from vectors.articles_1;
create or replace view link_vectors as select link_id, embedding::vector as embedding from vectors.links_1;
create view books as
select a.article_id, a.page_id, a.title, a.infobox, a.revision_id, a.revised_at, a.text_length, v.embedding
from articles a join article_vectors v on v.article_id = a.article_id where a.topic = 'book';
comment on view books is 'Articles of the topic book that have a vector in the active model; made from select 1';
