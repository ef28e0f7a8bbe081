"""The arguments of the routes: here they get their types, and db.search checks them.

What is more than a plain value is made of one by a call in the route: a Route (route.py) has no dependencies.
"""

from argparse import ArgumentTypeError
from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request
from fastapi.exceptions import RequestValidationError

from api.async_shelf import AsyncShelf
from api.commands import facet, together

ANSWERS, TITLES = 1000, 100  # the most of an answer's rows and of a question's titles, as `running` limits them

Count = Annotated[int, Query(description=f"At most so many answers, 1 to {ANSWERS:,}")]
Title = Annotated[str, Path(description="Title or alias, percent-encoded")]
Text = Annotated[str, Query()]
Likes = Annotated[list[str], Query(description=f"Titles or aliases, at most {TITLES}")]
Weights = Annotated[list[float], Query(description="One for each `like`, above 0")]
Diversity = Annotated[float, Query(description="0, the nearest, to 1")]
Topic = Annotated[str | None, Query(description="Only articles of this topic")]
Kind = Annotated[str | None, Query(description="Only links of this kind: page, category or site")]
Facet = Annotated[
    list[str], Query(description="NAME=VALUE, such as genre=Satire or year=1950..1980; of one name any value")
]
Flag = Annotated[bool | None, Query(description="true: only those that share one; false: only those that do not")]
By = Annotated[Literal["title", "id"], Query(description="What the path gives: a title, or an article_id")]


def asked_article(title: str, by: Literal["title", "id"]) -> str | int:
    """The title of the path; with `by=id` it is an article_id. "1984" is a title like any other."""
    if by == "title":
        return title
    if not title.isascii() or not title.isdigit():
        raise RequestValidationError([{"loc": ("path", "title"), "msg": "with by=id, give an article_id"}])
    return int(title[:11])  # what is longer is as unknown


def facets_of(texts: list[str]) -> dict[str, Any] | None:
    """The facets by name."""
    try:
        return together([facet(text) for text in texts]) or None
    except ArgumentTypeError as error:
        raise RequestValidationError([{"loc": ("query", "facet"), "msg": str(error)}]) from None


def shelf_of(request: Request) -> AsyncShelf:
    """The shelf of this application."""
    return request.app.state.shelf  # type: ignore[no-any-return]
