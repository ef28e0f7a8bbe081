"""Ask a shelf from Python.

>>> import api
>>> with api.connect() as shelf:
...     shelf.similar_articles("War and Peace", count=5, topic="film")
"""

from api.answer import Answer
from api.async_shelf import AsyncShelf, connect_async
from api.shelf import Shelf, connect
from db.models.registry import Model
from db.read_pool import Limits
from db.search import ExplainedLink, FoundArticle, NearLink, SeriesArticle, SimilarArticle, SimilarLink

__all__ = [
    "Answer",
    "AsyncShelf",
    "ExplainedLink",
    "FoundArticle",
    "Limits",
    "Model",
    "NearLink",
    "SeriesArticle",
    "Shelf",
    "SimilarArticle",
    "SimilarLink",
    "connect",
    "connect_async",
]
