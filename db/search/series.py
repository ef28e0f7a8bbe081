"""The series of an article."""

from sqlalchemy import Connection

from db.connection import Database
from db.search import diagnose
from db.search.records import SeriesArticle
from db.search.run import rows_or_reason


def series_articles(database: Database, title: str) -> list[SeriesArticle]:
    """The series of an article, with itself, in reading order; see `api.Shelf.series_articles`."""

    def why(connection: Connection) -> None:
        diagnose.check_title(connection, title)

    found = rows_or_reason(database, "series_articles", {"title": title}, why)
    return [SeriesArticle(*row) for row in found]
