"""The types of the routes' arguments; db.search checks the values.

A Route (route.py) has no dependencies. So the routes call the functions below for what is more than a plain value.
"""

from argparse import ArgumentTypeError
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request
from fastapi.exceptions import RequestValidationError

from api.async_shelf import AsyncShelf
from api.commands import facet, together

# These are the most rows of an answer and the most titles of a question; `running` sets them as limits.
MOST_ANSWERS, MOST_TITLES = 1000, 100

Count = Annotated[int, Query(description=f"How many answers to give at most, 1 to {MOST_ANSWERS:,}")]
Title = Annotated[str, Path(description="Title or alias, percent-encoded")]
Text = Annotated[str, Query()]
Likes = Annotated[list[str], Query(description=f"Titles or aliases, at most {MOST_TITLES}")]
Weights = Annotated[list[float], Query(description="One number above 0 for each `like`")]
Diversity = Annotated[float, Query(description="From 0, the nearest, to 1")]
Prominence = Annotated[float, Query(description="From -1, hidden gems, over 0, the similarity alone, to 1, well known")]
Exclude = Annotated[list[str], Query(description=f"Titles that shall not come back, at most {MOST_TITLES}")]
ExcludeId = Annotated[list[int], Query(description=f"article_ids that shall not come back, at most {MOST_TITLES}")]
MinSimilarity = Annotated[float | None, Query(description="Only articles at least so similar, -1 to 1")]
Topic = Annotated[str | None, Query(description="Only articles of this topic")]
Kind = Annotated[str | None, Query(description="Only links of this kind: page, category or site")]
Facet = Annotated[
    list[str], Query(description="NAME=VALUE, such as genre=Satire or year=1950..1980; any value of one name")
]
Flag = Annotated[bool | None, Query(description="true: only articles that share one; false: only the others")]
By = Annotated[Literal["title", "id"], Query(description="What the path gives: a title, or an article_id")]


def asked_article(title: str, by: Literal["title", "id"]) -> str | int:
    """Return the title of the path, or an article_id if `by` is "id"; "1984" is a title like any other."""
    if by == "title":
        return title
    if not title.isascii() or not title.isdigit():
        raise RequestValidationError([{"loc": ("path", "title"), "msg": "with by=id, give an article_id"}])
    return int(title[:11])  # a longer number is unknown as well


def facets_of(texts: list[str]) -> dict[str, Any] | None:
    """Collect the facets by name."""
    try:
        return together([facet(text) for text in texts]) or None
    except ArgumentTypeError as error:
        raise RequestValidationError([{"loc": ("query", "facet"), "msg": str(error)}]) from None


def shelf_of(request: Request) -> AsyncShelf:
    """Return the shelf that answers this request."""
    return request.app.state.desk.of(request)  # type: ignore[no-any-return]
