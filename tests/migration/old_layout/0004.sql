create table last_article (article_id integer not null);
insert into last_article select coalesce(max(article_id), 0) from articles;
update alembic_version set version_num = '0004';
