"""Which tables of a shelf an archive holds, and what of each."""

from collections.abc import Mapping

from sqlalchemy import Connection, Table, text

from db.models.tables import map_tables, vector_table, weight_table

# The others are this server's own (`_installed`), an import's that is under way, or made anew (`_topic_views`).
OF_SHELF = (
    "articles",
    "links",
    "article_links",
    "aliases",
    "facets",
    "imports",
    "models",
    "_last_article",
    "_counted_pages",
)
# The tables of a model have had today's columns since this revision. Who changes them must keep this description of
# them for archives of before.
OLDEST_REVISION = "0011"

COLUMNS = text("""
    select attname, format_type(atttypid, null) from pg_attribute
    where attrelid = to_regclass(:table) and attnum > 0 and not attisdropped order by attnum""")

# What is saved in the place of a column. The folders of a dump are nobody's business, and a model of before revision
# 0008 has no prominence, which searches take for 0.
SAVED = {
    "imports.source": r"regexp_replace(source, '^.*[/\\]', '')",
    "models.state": "case when model_id = {active} then 'active' else 'ready' end",
    "_article_vectors.prominence": "coalesce(prominence, 0)",
}


def of_models(models: Mapping[int, int]) -> list[Table]:
    """Describe the tables of these models, whose dimensions the mapping has."""
    return [
        table
        for number, dimensions in models.items()
        for table in (
            *(vector_table(kind, number, dimensions) for kind in ("articles", "links")),
            weight_table(number),
            *map_tables(number),
        )
    ]


def columns(connection: Connection, models: Mapping[int, int]) -> dict[str, dict[str, str]]:
    """Return the columns of every table that an archive of these models holds, with their types.

    Those that the server computes are left out. A table that is missing has no columns.
    """
    found = {table: _columns(connection, table) for table in OF_SHELF}
    for table in of_models(models):
        stored = _columns(connection, table.name)
        wanted = [column.name for column in table.c if column.computed is None]
        found[table.name] = {name: stored[name] for name in wanted} if stored else {}
    return found


def _columns(connection: Connection, table: str) -> dict[str, str]:
    return dict(connection.execute(COLUMNS, {"table": table}).all())


def query(table: str, names: Mapping[str, str], models: Mapping[int, int], active: int | None) -> str:
    """Return the query whose rows are saved. They come in the order in which they are stored."""
    kind = table.rstrip("0123456789").rstrip("_") if table not in OF_SHELF else table
    shown = [SAVED.get(f"{kind}.{name}", name).format(active=active or "null") for name in names]
    chosen = f" where model_id in ({', '.join(map(str, models)) or 'null'}) order by 1" if table == "models" else ""
    return f"select {', '.join(shown)} from {table}{chosen}"
