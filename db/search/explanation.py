"""Why two articles are alike."""

from sqlalchemy import Connection

from db.connection import Database
from db.search import run
from db.search.diagnose import check_article
from db.search.records import ExplainedLink

EXPLAIN_SIMILARITY = "select * from explain_similarity(%(a)s, %(b)s, %(count)s)"


def explain_similarity(database: Database, a: str, b: str, count: int = 10) -> list[ExplainedLink]:
    """The links that two articles share or that mean nearly the same, and their shares of the similarity.

    Parameters
    ----------
    a, b : str
        Titles or aliases.
    count : int
        At most so many; one more row holds the rest, so that the shares add up to the similarity.

    Raises
    ------
    ArticleNotFound, ArticleWithoutVector, NoActiveModel, TextInvalid
    """

    def explain(connection: Connection) -> None:
        check_article(connection, a)
        check_article(connection, b)

    found = run.rows(database, EXPLAIN_SIMILARITY, {"a": a, "b": b, "count": count}, explain)
    return [ExplainedLink(*row) for row in found]
