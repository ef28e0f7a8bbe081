"""Ask a shelf from Python.

>>> import api
>>> with api.connect() as shelf:
...     shelf.similar_articles("War and Peace", count=5, topic="film")
"""

from api.answer import Answer
from api.async_shelf import AsyncShelf, connect_async
from api.history import History, HistoryBook, read_history
from api.shelf import Shelf, connect
from api.taste import Taste
from db.limits import Limits
from db.models.model import Model
from db.question import Question
from db.search import (
    ExplainedLink,
    FoundArticle,
    MatchedArticle,
    NearLink,
    SeriesArticle,
    SimilarArticle,
    SimilarLink,
)

__all__ = [
    "Answer",
    "AsyncShelf",
    "ExplainedLink",
    "FoundArticle",
    "History",
    "HistoryBook",
    "Limits",
    "MatchedArticle",
    "Model",
    "NearLink",
    "Question",
    "SeriesArticle",
    "Shelf",
    "SimilarArticle",
    "SimilarLink",
    "Taste",
    "connect",
    "connect_async",
    "read_history",
]
