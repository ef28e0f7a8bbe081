"""The pages for people."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import BeforeValidator

from api.service import article_page, compare_page, contents, link_page, reference_page, taste_page
from api.service.arguments import shelf_of
from api.service.page_route import PageRoute, shown
from api.service.sending import sent
from db.search import RECOMMENDED_PROMINENCE

# A form sends the fields that one left empty as well.
Dial = Annotated[float, BeforeValidator(lambda given: 0.0 if given == "" else given)]
Lines = Annotated[list[str], BeforeValidator(lambda given: [one.strip() for one in given if one.strip()])]

router = APIRouter(include_in_schema=False, route_class=PageRoute)


@router.get("/")
async def home(request: Request, q: str = "") -> Response:
    """The map, the search, and what this shelf is."""
    return shown(request, await shelf_of(request).ask(lambda shelf: contents.home(shelf, q)))


@router.get("/find")
async def find(request: Request, q: str = "", topic: str = "") -> Response:
    """The articles that the words may mean."""
    return shown(request, await shelf_of(request).ask(lambda shelf: contents.find(shelf, q.strip(), topic)))


@router.get("/article/{title:path}")
async def article(request: Request, title: str, prominence: Dial = 0.0, diversity: Dial = 0.0) -> Response:
    """An article, and what is near it."""
    dials = {"prominence": prominence, "diversity": diversity}
    return shown(request, await shelf_of(request).ask(lambda shelf: article_page.content(shelf, title, dials)))


@router.get("/link/{title:path}")
async def link(request: Request, title: str, prominence: Dial = 0.0) -> Response:
    """A link, and the articles and links near it."""
    return shown(request, await shelf_of(request).ask(lambda shelf: link_page.content(shelf, title, prominence)))


@router.get("/compare")
async def compare(request: Request, a: str = "", b: str = "") -> Response:
    """Why two articles are alike."""
    return shown(request, await shelf_of(request).ask(lambda shelf: compare_page.content(shelf, a.strip(), b.strip())))


@router.get("/taste")
async def taste(
    request: Request,
    like: Lines = [],  # noqa: B006  FastAPI copies it
    dislike: Lines = [],  # noqa: B006
    prominence: Dial = RECOMMENDED_PROMINENCE,
    diversity: Dial = 0.0,
    topic: str = "",
    genre: str = "",
    author: str = "",
    country: str = "",
    language: str = "",
    year: str = "",
) -> Response:
    """Recommendations for a taste, by a form."""
    facets = {"genre": genre, "author": author, "country": country, "language": language, "year": year}
    asked = taste_page.Asked(like, dislike, prominence, diversity, topic.strip(), _given(facets))
    return shown(request, await shelf_of(request).ask(lambda shelf: taste_page.content(shelf, asked)))


@router.get("/about")
async def about(request: Request) -> Response:
    """What this is, and how it works."""
    return shown(request, await shelf_of(request).ask(contents.about))


@router.get("/openapi.json")
async def openapi(request: Request) -> Response:
    """The OpenAPI document."""
    return sent(request, json.dumps(request.app.openapi()).encode(), "application/json")


@router.get("/docs")
async def docs(request: Request) -> Response:
    """The routes for programs, from the OpenAPI document."""
    return shown(request, reference_page.content(request.app.openapi()))


def _given(values: dict[str, Any]) -> dict[str, str]:
    return {name: value.strip() for name, value in values.items() if value.strip()}
