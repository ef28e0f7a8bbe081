"""Articles by words of their titles."""

from sqlalchemy import Connection

from db.connection import Database
from db.search import run
from db.search.facets import check_stored
from db.search.records import FoundArticle

SEARCH_ARTICLES = "select * from search_articles(%(words)s, %(count)s, %(topic)s)"


def search_articles(database: Database, words: str, count: int = 10, topic: str | None = None) -> list[FoundArticle]:
    """The articles whose title or alias begins with the words or is like them, best first.

    Raises
    ------
    TopicNotStored, TextInvalid
    """
    asked = {"words": words, "count": count, "topic": topic}
    found = run.rows(database, SEARCH_ARTICLES, asked, lambda connection: check_stored(connection, topic, None))
    return [FoundArticle(*row) for row in found]


def found(connection: Connection, words: str, count: int) -> list[FoundArticle]:
    """The same on a connection of the caller's, of all topics."""
    asked = {"words": words, "count": count, "topic": None}
    return [FoundArticle(*row) for row in connection.exec_driver_sql(SEARCH_ARTICLES, asked)]
