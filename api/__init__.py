"""Questions to a Wikishelf database, from Python.

>>> import api
>>> with api.connect() as shelf:
...     shelf.similar_articles("War and Peace", count=5, topic="film")
"""

from api.shelf import Shelf, connect
from db.search import FoundArticle, SimilarArticle, SimilarLink

__all__ = ["FoundArticle", "Shelf", "SimilarArticle", "SimilarLink", "connect"]
