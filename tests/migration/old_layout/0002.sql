create type near_link as (link_id integer, kind text, title text, similarity real, score real);
create type explained_link as (
    link_id integer, kind text, title text, other_link_id integer, other_kind text, other_title text,
    similarity real, share real);
create view article_labels as
select article_id, name, value from facets union all select article_id, 'topic', topic from articles;
drop index facets_name_value_idx;
create index facets_name_value_article_id_idx on facets (name, value, article_id);
drop index articles_topic_idx;
create index articles_topic_article_id_idx on articles (topic, article_id);
create index articles_title_prefix_idx on articles (fold_title(title) text_pattern_ops);
create index aliases_title_prefix_idx on aliases (fold_title(title) text_pattern_ops);
update alembic_version set version_num = '0002';
