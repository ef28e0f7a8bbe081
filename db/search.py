"""The searches, as records: each is one call of the SQL function of its name."""

from dataclasses import dataclass

from sqlalchemy import Connection, text

from db import models
from db.connection import Database
from db.errors import ArticleNotFound, ArticleWithoutVector, LinkNotFound, LinkWithoutVector


@dataclass(frozen=True, slots=True)
class SimilarArticle:
    """An article and its cosine similarity, -1 to 1, to the asked one."""

    article_id: int
    topic: str
    title: str
    similarity: float


@dataclass(frozen=True, slots=True)
class SimilarLink:
    """A link and its cosine similarity, -1 to 1, to the asked one."""

    link_id: int
    kind: str
    title: str
    similarity: float


@dataclass(frozen=True, slots=True)
class FoundArticle:
    """An article whose title, or this alias of it, is like the words: score 0 to 1."""

    article_id: int
    topic: str
    title: str
    alias: str | None
    score: float


SIMILAR_ARTICLES = text("select * from similar_articles(:title, :count, :topic)")
SIMILAR_LINKS = text("select * from similar_links(:title, :count)")
SEARCH_ARTICLES = text("select * from search_articles(:words, :count)")
LIKE_LINK = text("""
    select title from links
    where article_count > 0 and fold_title(title) like fold_title(:title) || '%'
    order by article_count desc limit :count""")


def similar_articles(database: Database, title: str, count: int = 10, topic: str | None = None) -> list[SimilarArticle]:
    """The articles most like the one of this title or alias, most similar first.

    Raises
    ------
    ArticleNotFound, ArticleWithoutVector, NoActiveModel
    """
    with database.query() as connection:
        rows = connection.execute(SIMILAR_ARTICLES, {"title": title, "count": count, "topic": topic}).all()
        if not rows:
            _check_article(connection, title)
    return [SimilarArticle(*row) for row in rows]


def similar_links(database: Database, title: str, count: int = 10) -> list[SimilarLink]:
    """The links most like the one of this title or alias, most similar first.

    Raises
    ------
    LinkNotFound, LinkWithoutVector, NoActiveModel
    """
    with database.query() as connection:
        rows = connection.execute(SIMILAR_LINKS, {"title": title, "count": count}).all()
        if not rows:
            _check_link(connection, title)
    return [SimilarLink(*row) for row in rows]


def search_articles(database: Database, words: str, count: int = 10) -> list[FoundArticle]:
    """The articles whose title or alias is most like the words, best first."""
    with database.query() as connection:
        return _search(connection, words, count)


def _search(connection: Connection, words: str, count: int) -> list[FoundArticle]:
    return [FoundArticle(*row) for row in connection.execute(SEARCH_ARTICLES, {"words": words, "count": count})]


def _check_article(connection: Connection, title: str) -> None:
    """Say why an article has no neighbours; nothing to say where it has a vector but no other fits the filter."""
    models.active(connection)
    article_id = connection.scalar(text("select find_article(:title)"), {"title": title})
    if article_id is None:
        found = [article.title for article in _search(connection, title, 3)]
        raise ArticleNotFound(title=title, suggestions=_suggestions(found))
    query = text("select exists (select from article_vectors where article_id = :id)")
    if not connection.scalar(query, {"id": article_id}):
        raise ArticleWithoutVector(title=title)


def _check_link(connection: Connection, title: str) -> None:
    models.active(connection)
    link_id = connection.scalar(text("select find_link(:title)"), {"title": title})
    if link_id is None:
        found = list(connection.scalars(LIKE_LINK, {"title": title[:4], "count": 3}))
        raise LinkNotFound(title=title, suggestions=_suggestions(found))
    if not connection.scalar(text("select exists (select from link_vectors where link_id = :id)"), {"id": link_id}):
        raise LinkWithoutVector(title=title)


def _suggestions(titles: list[str]) -> str:
    quoted = ", ".join(f'"{title}"' for title in titles)
    return f"; did you mean {quoted}?" if titles else ""
