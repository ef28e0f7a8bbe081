"""Articles by a list of titles and authors that others wrote, such as the books that somebody has read."""

from collections.abc import Sequence

from db.connection import Database
from db.search.arguments import read
from db.search.records import MatchedArticle
from db.search.run import call


def match_articles(database: Database, titles: Sequence[str], authors: Sequence[str] = ()) -> list[MatchedArticle]:
    """The articles that titles of a list name, with the authors of the list; see `api.Shelf.match_articles`."""
    asked = read(database.limits, {"titles": titles, "authors": authors})
    query = call(database.schema, "match_articles", tuple(asked))
    return [MatchedArticle(*row) for row in database.fetch(query, asked)]


def with_vectors(database: Database, article_ids: Sequence[int]) -> set[int]:
    """Those of the articles that have a vector in the active model; none where no model is active."""
    query = f"select article_id from {database.schema}.article_vectors where article_id = any(%(ids)s::integer[])"
    return {article_id for (article_id,) in database.fetch(query, {"ids": list(article_ids)})}
