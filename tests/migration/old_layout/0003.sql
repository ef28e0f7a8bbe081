alter table vectors.articles_1 add column folded_from integer[];
update alembic_version set version_num = '0003';
