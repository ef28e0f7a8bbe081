"""Articles by words of their titles."""

from db.connection import Database
from db.search.arguments import read
from db.search.facets import check_stored
from db.search.records import FoundArticle
from db.search.run import call, fetched


def search_articles(database: Database, words: str, count: int = 10, topic: str | None = None) -> list[FoundArticle]:
    """The articles whose title or alias begins with the words or is like them; see `api.Shelf.search_articles`."""
    asked = read(database.limits, {"words": words, "count": count, "topic": topic})
    query = call(database.schema, "search_articles", tuple(asked))
    found = fetched(database, query, asked, lambda connection: check_stored(connection, topic, None))
    return [FoundArticle(*row) for row in found]
