"""What the page's scripts ask for besides the map: suggestions while one types, and the articles of a history."""

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, TypeAdapter

from api import MatchedArticle
from api.service.answers import answer
from api.service.arguments import shelf_of
from api.service.bodies import body, described
from api.service.route import Route
from api.service.routes import PROBLEMS
from api.service.sending import sent

SUGGESTIONS = 8

router = APIRouter(responses=PROBLEMS, route_class=Route)


class Suggestion(BaseModel):
    """An article that may be meant; `alias` is the title that is like the words, if it is not the article's own."""

    article_id: int
    title: str
    topic: str
    alias: str | None


class Books(BaseModel, extra="forbid", strict=True):
    """The titles of a list, and the author of each, or no authors."""

    titles: list[str]
    authors: list[str] = []


_SUGGESTIONS = TypeAdapter(list[Suggestion])


@router.get("/suggest", response_model=list[Suggestion])
async def suggest(request: Request, q: str = "") -> Response:
    """The articles that may be meant by what is typed so far, best first."""
    found = await shelf_of(request).search_articles(q, SUGGESTIONS) if q.strip() else []
    made = [Suggestion(article_id=one.article_id, title=one.title, topic=one.topic, alias=one.alias) for one in found]
    return sent(request, _SUGGESTIONS.dump_json(made), "application/json")


@router.post("/match", response_model=list[MatchedArticle], openapi_extra=described(Books))
async def match(request: Request) -> Response:
    """The articles that {"titles": [...], "authors": [...]} name; nothing of it is kept."""
    books = await body(request, Books)
    return answer(request, await shelf_of(request).match_articles(books.titles, books.authors))
