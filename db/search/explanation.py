"""Why two articles are alike."""

from db.connection import Database
from db.link import Link
from db.search import diagnose
from db.search.records import ExplainedLink
from db.search.run import rows_or_reason


def explain_similarity(database: Database, a: str, b: str, count: int = 10) -> list[ExplainedLink]:
    """The links that two articles share or that mean nearly the same; see `api.Shelf.explain_similarity`."""

    def why(connection: Link) -> None:
        diagnose.check_article(connection, a)
        diagnose.check_article(connection, b)

    found = rows_or_reason(database, "explain_similarity", {"a": a, "b": b, "count": count}, why)
    return [ExplainedLink(*row) for row in found]
