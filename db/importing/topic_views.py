"""The views `books`, `films`, ..., one for each topic, which people use in psql."""

from collections.abc import Iterable
from typing import NamedTuple

import sqlalchemy as sa
from psycopg import sql
from sqlalchemy import Connection, text
from sqlalchemy.dialects import postgresql

from db import schema, sql_files


class TopicView(NamedTuple):
    """A view of one topic's articles: `view` is its name, `facets` its columns."""

    view: str
    topic: str
    facets: tuple[str, ...]


def create_topic_views(connection: Connection, views: Iterable[TopicView]) -> None:
    """Create the views, or bring them up to date; unchanged views are not touched, so their readers do not wait.

    A view has the article's columns, an array for each facet (an integer for `year`) and the active model's
    `embedding`. It lists only the articles that have a vector, because only an inner join lets
    `order by embedding <=> ...` use the HNSW index.
    """
    shelf = connection.scalar(text("select current_schema()"))
    stored = {row.view: row.definition for row in connection.execute(sa.select(schema.topic_views))}
    for view in views:
        definition = _definition(view).as_string()
        if stored.get(view.view) == definition:
            continue
        # The name has its schema: an application may have a view of this name in a schema that the path lists as well.
        name = sql.Identifier(str(shelf), view.view)
        comment = f"Articles of the topic {view.topic} that have a vector in the active model"
        create = sql.SQL("drop view if exists {}; create view {} as {}; comment on view {} is {}")
        sql_files.run(connection, create.format(name, name, _definition(view), name, comment).as_string())
        row = {"topic": view.topic, "definition": definition}
        insert = postgresql.insert(schema.topic_views).values(view=view.view, **row)
        connection.execute(insert.on_conflict_do_update(index_elements=["view"], set_=row))
    sql_files.run_file(connection, "reader_role")


def _definition(view: TopicView) -> sql.Composed:
    facets = [sql.SQL("{} as {}").format(_facet(name), sql.Identifier(name)) for name in view.facets]
    return sql.SQL(
        "select a.article_id, a.page_id, a.title, {} a.infobox, a.revision_id, a.revised_at, a.text_length,"
        " v.embedding, a.linked_from, a.prominence"
        " from articles a join article_vectors v on v.article_id = a.article_id where a.topic = {}"
    ).format(sql.SQL("").join(facet + sql.SQL(", ") for facet in facets), view.topic)


def _facet(name: str) -> sql.Composed:
    aggregate = "min(f.value)::integer" if name == "year" else "array_agg(f.value order by f.value)"
    return sql.SQL(f"(select {aggregate} from facets f where f.article_id = a.article_id and f.name = {{}})").format(
        name
    )
