"""The arguments of the routes, with their limits.

What is no plain value is made of one by a call in the route: a Route (route.py) has no dependencies.
"""

from typing import Annotated, Any, Literal

from fastapi import Path, Query, Request
from fastapi.exceptions import RequestValidationError
from pydantic import StringConstraints

from api.async_shelf import AsyncShelf
from api.commands import facet, together

LONGEST = 500  # characters; MediaWiki's titles end at 255 bytes
Count = Annotated[int, Query(ge=1, le=1000, description="At most so many answers")]
Title = Annotated[str, Path(min_length=1, max_length=LONGEST, description="Title or alias, percent-encoded")]
Text = Annotated[str, Query(min_length=1, max_length=LONGEST)]
Texts = list[Annotated[str, StringConstraints(min_length=1, max_length=LONGEST)]]
Likes = Annotated[Texts, Query(max_length=100, description="Titles or aliases")]
Weights = Annotated[
    list[Annotated[float, Query(gt=0, le=1000, allow_inf_nan=False)]],
    Query(max_length=100, description="One for each `like`"),
]
Diversity = Annotated[float, Query(ge=0, le=1, allow_inf_nan=False, description="0, the nearest, to 1")]
Topic = Annotated[str | None, Query(max_length=LONGEST, description="Only articles of this topic")]
Kind = Annotated[Literal["page", "category", "site"] | None, Query(description="Only links of this kind")]
Facet = Annotated[
    list[Annotated[str, StringConstraints(max_length=LONGEST, pattern="^[^=]+=")]],
    Query(max_length=20, description="NAME=VALUE, such as genre=Satire or year=1950..1980; of one name any value"),
]
Flag = Annotated[bool | None, Query(description="true: only those that share one; false: only those that do not")]
By = Annotated[Literal["title", "id"], Query(description="What the path gives: a title, or an article_id")]


def asked_article(title: str, by: Literal["title", "id"]) -> str | int:
    """The title of the path; with `by=id` it is an article_id. "1984" is a title like any other."""
    if by == "title":
        return title
    if not title.isascii() or not title.isdigit() or int(title[:11]) >= 2**31:
        raise RequestValidationError([{"loc": ("path", "title"), "msg": "with by=id, give an article_id"}])
    return int(title)


def facets_of(texts: list[str]) -> dict[str, Any] | None:
    """The facets by name."""
    return together([facet(text) for text in texts]) or None


def shelf_of(request: Request) -> AsyncShelf:
    """The shelf of this application."""
    return request.app.state.shelf  # type: ignore[no-any-return]
