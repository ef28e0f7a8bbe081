"""What a history says of its reader: the articles that they like and dislike, and those that they have read."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Self

from api.history import HistoryBook
from db import search
from db.connection import Database
from db.search import MatchedArticle


@dataclass(frozen=True, slots=True)
class Taste:
    """Articles that somebody likes and dislikes, and what else is known of their reading.

    Attributes
    ----------
    likes, dislikes : tuple of str
        Titles of articles.
    weights : tuple of float
        One for each of `likes`.
    exclude : frozenset of int
        The article_id of everything that was read, and need not be recommended.
    unmatched : tuple of HistoryBook
        The books that were read and that no article is of.
    """

    likes: tuple[str, ...]
    dislikes: tuple[str, ...]
    weights: tuple[float, ...]
    exclude: frozenset[int]
    unmatched: tuple[HistoryBook, ...]

    def joined(self, likes: Sequence[str], dislikes: Sequence[str], weights: Sequence[float] | None) -> Self:
        """With titles that are named besides, by default each of weight 1."""
        added = [1.0] * len(likes) if weights is None else weights
        return replace(
            self,
            likes=(*self.likes, *likes),
            dislikes=(*self.dislikes, *dislikes),
            weights=(*self.weights, *added),
        )


def taste_of(database: Database, history: Iterable[HistoryBook]) -> Taste:
    """Match what was read; what is still to be read says nothing.

    4 stars and more are a like of weight 1, 2 and less a dislike; what is between, or read without a rating, is a like
    of weight 0.5. A book that was abandoned without a rating is neither. Articles without a vector are not among the
    likes, unless none has one: then whoever asks is told why.
    """
    read = [book for book in history if book.status != "to-read"]
    found = _matched(database, read)
    books: dict[int, HistoryBook] = {}
    for place, article in found.items():  # of two editions, the first that has a rating
        if article.article_id not in books or books[article.article_id].rating is None:
            books[article.article_id] = read[place]
    embedded = search.with_vectors(database, list(books)) or books.keys()
    titles = {article.article_id: article.title for article in found.values() if article.article_id in embedded}
    weights = {title: _weight(books[article_id]) for article_id, title in titles.items()}
    likes = {title: weight for title, weight in weights.items() if weight > 0}
    return Taste(
        likes=tuple(likes),
        dislikes=tuple(title for title, weight in weights.items() if weight < 0),
        weights=tuple(likes.values()),
        exclude=frozenset(books),
        unmatched=tuple(book for place, book in enumerate(read) if place not in found),
    )


def _matched(database: Database, books: Sequence[HistoryBook]) -> dict[int, MatchedArticle]:
    """The articles of books, by the book's place; asked for as many at once as the limits allow."""
    found = {}
    for start in range(0, len(books), database.limits.titles):
        part = books[start : start + database.limits.titles]
        for article in search.match_articles(database, [b.title for b in part], [b.author for b in part]):
            found[start + article.position - 1] = article
    return found


def _weight(book: HistoryBook) -> float:
    """What a book counts as a like; below 0 for a dislike."""
    if book.rating is None:
        return 0.0 if book.status == "abandoned" else 0.5
    if book.rating >= 4:
        return 1.0
    return -1.0 if book.rating <= 2 else 0.5
