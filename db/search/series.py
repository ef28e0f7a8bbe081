"""The series of an article."""

from db.connection import Database
from db.link import Link
from db.search import diagnose
from db.search.records import SeriesArticle
from db.search.run import rows_or_reason


def series_articles(database: Database, title: str) -> list[SeriesArticle]:
    """The series of an article, with itself, in reading order; see `api.Shelf.series_articles`."""

    def why(connection: Link) -> None:
        diagnose.check_title(connection, title)

    found = rows_or_reason(database, "series_articles", {"title": title}, why)
    return [SeriesArticle(*row) for row in found]
