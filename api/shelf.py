"""The verbs as methods: each is one call of the SQL function of the same name and arguments."""

from types import TracebackType
from typing import Self

import db.connection
from db import search
from db.connection import Database
from db.errors import CountInvalid
from db.search import FoundArticle, SimilarArticle, SimilarLink


def connect() -> "Shelf":
    """Open the database that the environment names: DATABASE_URL, or else the embedded PostgreSQL.

    Raises
    ------
    db.errors.WikishelfError
        It cannot be reached, or nothing was ever ingested into it.
    """
    return Shelf(db.connection.connect(schema="require"))


class Shelf:
    """Questions to one database; thread-safe, over a pool of connections. Close it, or use it in a `with`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def similar_articles(self, title: str, count: int = 10, topic: str | None = None) -> list[SimilarArticle]:
        """The articles most like one article, most similar first.

        Parameters
        ----------
        title : str
            Title or alias of the asked article, which is not in the answer.
        count : int
            At most so many.
        topic : str or None
            Only articles of this topic.

        Raises
        ------
        db.errors.ArticleNotFound
            Its message names the nearest titles.
        db.errors.ArticleWithoutVector, db.errors.NoActiveModel, db.errors.CountInvalid
        """
        _check_count(count)
        return search.similar_articles(self._database, title, count, topic)

    def similar_links(self, title: str, count: int = 10) -> list[SimilarLink]:
        """The links most like one link, most similar first.

        Raises
        ------
        db.errors.LinkNotFound, db.errors.LinkWithoutVector, db.errors.NoActiveModel, db.errors.CountInvalid
        """
        _check_count(count)
        return search.similar_links(self._database, title, count)

    def search_articles(self, words: str, count: int = 10) -> list[FoundArticle]:
        """The articles whose title or alias is most like the words, best first.

        Raises
        ------
        db.errors.CountInvalid
        """
        _check_count(count)
        return search.search_articles(self._database, words, count)

    def close(self) -> None:
        """Close the connections."""
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _check_count(count: int) -> None:
    if not 1 <= count <= 10_000:
        raise CountInvalid(count=count)
