"""Articles by words of their titles."""

from db.connection import Database
from db.search.facets import check_stored
from db.search.records import FoundArticle
from db.search.run import rows_or_reason


def search_articles(database: Database, words: str, count: int = 10, topic: str | None = None) -> list[FoundArticle]:
    """The articles whose title or alias begins with the words or is like them; see `api.Shelf.search_articles`."""
    asked = {"words": words, "count": count, "topic": topic}
    found = rows_or_reason(database, "search_articles", asked, lambda connection: check_stored(connection, topic, None))
    return [FoundArticle(*row) for row in found]
