"""What pictures show and no verb answers: the numbers of a vector, and the most linked titles."""

from typing import get_args

from db.connection import Database
from db.errors import LinkedKindInvalid
from db.importing.records import LinkKind
from db.search import arguments, diagnose, facets


def article_vector(database: Database, title: str) -> list[float]:
    """The vector of the article of this title or alias in the active model, of length 1.

    Raises
    ------
    ArticleNotFound, ArticleWithoutVector, NoActiveModel, TextInvalid
    """
    asked = arguments.read(database.limits, {"title": title})
    schema = database.schema
    query = f"select {schema}.article_embedding({schema}.find_article(%(title)s::text))::real[]"
    ((numbers,),) = database.fetch(query, asked)
    if numbers is None:
        with database.reading() as connection:
            diagnose.check_article(connection, title)
    return list(numbers or ())


def most_linked(database: Database, kind: str, count: int) -> list[tuple[str, int]]:
    """The links of one kind, or the articles of one topic, that most articles link to, with their numbers.

    Parameters
    ----------
    kind : str
        page, category or site, or the topic of articles.

    Raises
    ------
    LinkedKindInvalid, TextInvalid
    """
    asked = arguments.read(database.limits, {"kind": kind, "count": count})
    schema = database.schema
    table, wanted = f"{schema}.links l", "l.kind"
    if kind not in get_args(LinkKind):
        table, wanted = f"{table} join {schema}.articles a on a.article_id = l.article_id", "a.topic"
    found: list[tuple[str, int]] = database.fetch(
        f"select l.title, l.article_count from {table} where {wanted} = %(kind)s and l.article_count > 0"
        " order by l.article_count desc, l.title limit %(count)s",
        asked,
    )
    if not found and kind not in get_args(LinkKind):
        with database.reading() as connection:
            topics = facets.topics(connection)
        if kind not in topics:
            raise LinkedKindInvalid(kind=kind, topics=", ".join(topics) or "none at all")
    return found
