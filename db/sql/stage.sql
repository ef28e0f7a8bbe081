-- Where a load's records wait until all are read. `batch` and `number` together name a staged link.
create temporary table staged_articles (
    row integer, page_id bigint, topic text, title text, infobox jsonb,
    revision_id bigint, revised_at timestamptz, text_length integer
) on commit drop;
create temporary table staged_facets (row integer, name text, value text) on commit drop;
create temporary table staged_links (batch integer, number integer, kind text, title text) on commit drop;
create temporary table staged_pairs (batch integer, row integer, number integer, occurrences integer) on commit drop;
create temporary table staged_aliases (title text, target text) on commit drop;
