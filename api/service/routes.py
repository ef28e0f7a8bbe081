"""The verbs as routes: each is one call of the method of its name."""

from typing import Any

from fastapi import APIRouter, Request, Response

from api import ExplainedLink, FoundArticle, Model, NearLink, SimilarArticle, SimilarLink
from api.service.answers import answer
from api.service.arguments import (
    Article,
    Count,
    Diversity,
    Facets,
    Flag,
    Kind,
    Likes,
    Shelf,
    Text,
    Title,
    Topic,
    Weights,
)
from api.service.errors import Problem


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client has this answer already"},
    400: _problem("An argument is wrong"),
    404: _problem("Nothing is called so, or has a vector; `suggestions` may help"),
    503: _problem("Not now: too many requests, or no database or model; `Retry-After` says when"),
    "default": {**_problem("Anything else"), "model": Problem},
}
router = APIRouter(responses=PROBLEMS)


@router.get("/articles/{title:path}/similar", response_model=list[SimilarArticle])
async def similar_articles(
    request: Request,
    shelf: Shelf,
    title: Article,
    facets: Facets,
    count: Count = 10,
    topic: Topic = None,
    same_author: Flag = None,
    same_series: Flag = None,
    least: bool = False,
    exact: bool = False,
) -> Response:
    """The articles most like one, most similar first."""
    found = await shelf.similar_articles(title, count, topic, facets, same_author, same_series, least, exact)
    return answer(request, found)


@router.get("/articles/{title:path}/links", response_model=list[NearLink])
async def links_near_article(request: Request, shelf: Shelf, title: Title, count: Count = 10) -> Response:
    """The links that an article does not make and most likely would, the likeliest first."""
    return answer(request, await shelf.links_near_article(title, count))


@router.get("/links/{title:path}/similar", response_model=list[SimilarLink])
async def similar_links(request: Request, shelf: Shelf, title: Title, count: Count = 10, kind: Kind = None) -> Response:
    """The links most like one, most similar first."""
    return answer(request, await shelf.similar_links(title, count, kind))


@router.get("/links/{title:path}/articles", response_model=list[SimilarArticle])
async def articles_near_link(
    request: Request, shelf: Shelf, title: Title, facets: Facets, count: Count = 10, topic: Topic = None
) -> Response:
    """The articles nearest to a link, whether they make it or not."""
    return answer(request, await shelf.articles_near_link(title, count, topic, facets))


@router.get("/recommend", response_model=list[SimilarArticle])
async def recommend_articles(
    request: Request,
    shelf: Shelf,
    facets: Facets,
    like: Likes,
    dislike: Likes = [],  # noqa: B006  FastAPI copies it
    weight: Weights = [],  # noqa: B006
    count: Count = 10,
    topic: Topic = None,
    diversity: Diversity = 0.0,
) -> Response:
    """Articles for somebody who likes these and dislikes those, best first."""
    return answer(
        request, await shelf.recommend_articles(like, dislike, weight or None, count, topic, facets, diversity)
    )


@router.get("/explain", response_model=list[ExplainedLink])
async def explain_similarity(request: Request, shelf: Shelf, a: Text, b: Text, count: Count = 10) -> Response:
    """The links that two articles share or that mean nearly the same; the last row holds the rest."""
    return answer(request, await shelf.explain_similarity(a, b, count))


@router.get("/search", response_model=list[FoundArticle])
async def search_articles(
    request: Request, shelf: Shelf, words: Text, count: Count = 10, topic: Topic = None
) -> Response:
    """The articles whose title or alias begins with the words or is like them, best first."""
    return answer(request, await shelf.search_articles(words, count, topic))


@router.get("/models", response_model=list[Model])
async def models(request: Request, shelf: Shelf) -> Response:
    """All models; the one in state `active` answers."""
    return answer(request, await shelf.models())
