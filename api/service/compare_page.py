"""The page that says why two articles are alike."""

from typing import Any

from api.service.contents import common
from api.service.map_answers import model_of
from api.service.rendering import Page
from api.shelf import Shelf
from db.search import described
from db.search.described import DescribedArticle

LISTED = 20


def content(shelf: Shelf, a: str, b: str) -> Page:
    """The links that two articles share, and the facets; a form while one of them is missing.

    Raises
    ------
    db.errors.ArticleNotFound, db.errors.ArticleWithoutVector, db.errors.NoActiveModel
    """
    values: dict[str, Any] = {"a": a, "b": b, "explained": None}
    if a and b:
        one, other = (described.describe_article(shelf.database, title) for title in (a, b))
        *listed, rest = shelf.explain_similarity(one.title, other.title, LISTED)
        similarity = sum(row.share for row in listed) + rest.share
        values["explained"] = {
            "one": one,
            "other": other,
            "rows": listed,
            "rest": rest.share,
            "similarity": similarity,
            "widest": max(abs(share) for share in [*(row.share for row in listed), rest.share, 0.0001]),
            "facets": _both(one, other),
        }
    return Page("compare.html", {**common("compare", model_of(shelf)), **values})


def _both(one: DescribedArticle, other: DescribedArticle) -> dict[str, list[str]]:
    """The values that both have."""
    both = {
        name: [value for value in values if value in other.facets.get(name, ())] for name, values in one.facets.items()
    }
    return {name: values for name, values in both.items() if values}
