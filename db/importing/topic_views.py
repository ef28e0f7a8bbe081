"""The views a person types in psql: `books`, `films`, ..., one a topic."""

from collections.abc import Iterable
from typing import NamedTuple

from psycopg import sql
from sqlalchemy import Connection, text

from db import sql_files


class TopicView(NamedTuple):
    """A view of one topic's articles: `view` is its name, `facets` its columns."""

    view: str
    topic: str
    facets: tuple[str, ...]


def create_topic_views(connection: Connection, views: Iterable[TopicView]) -> None:
    """Create the views, or bring them up to date; unchanged ones are not touched, so readers are not held up.

    A view has the article's columns, an array for each facet (an integer for `year`) and the active model's
    `embedding`. It lists the articles that have a vector: only an inner join lets `order by embedding <=> ...` use the
    HNSW index.
    """
    for view in views:
        definition = _definition(view).as_string()
        comment = f"Articles of the topic {view.topic} that have a vector in the active model; made from {definition}"
        stored = connection.scalar(
            text("select obj_description(to_regclass(quote_ident(:view)), 'pg_class')"), {"view": view.view}
        )
        if stored == comment:
            continue
        name = sql.Identifier(view.view)
        create = sql.SQL("drop view if exists {}; create view {} as {}; comment on view {} is {}")
        sql_files.run(connection, create.format(name, name, _definition(view), name, comment).as_string())
    sql_files.run_file(connection, "reader_role")


def _definition(view: TopicView) -> sql.Composed:
    facets = [sql.SQL("{} as {}").format(_facet(name), sql.Identifier(name)) for name in view.facets]
    return sql.SQL(
        "select a.article_id, a.page_id, a.title, {} a.infobox, a.revision_id, a.revised_at, a.text_length, v.embedding"
        " from articles a join article_vectors v on v.article_id = a.article_id where a.topic = {}"
    ).format(sql.SQL("").join(facet + sql.SQL(", ") for facet in facets), view.topic)


def _facet(name: str) -> sql.Composed:
    aggregate = "min(f.value)::integer" if name == "year" else "array_agg(f.value order by f.value)"
    return sql.SQL(f"(select {aggregate} from facets f where f.article_id = a.article_id and f.name = {{}})").format(
        name
    )
