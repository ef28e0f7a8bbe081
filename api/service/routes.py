"""The verbs as routes; each calls the method of its name."""

from dataclasses import replace
from typing import Any

from fastapi import APIRouter, Request, Response

from api import ExplainedLink, FoundArticle, Model, NearLink, SeriesArticle, SimilarArticle, SimilarLink
from api.answer import Answer
from api.service.answers import answer
from api.service.arguments import (
    By,
    Count,
    Diversity,
    Exclude,
    ExcludeId,
    Facet,
    Flag,
    Kind,
    Likes,
    MinSimilarity,
    Prominence,
    Text,
    Title,
    Topic,
    Weights,
    asked_article,
    facets_of,
    shelf_of,
)
from api.service.errors import Problem
from api.service.route import Route
from db.search import RECOMMENDED_PROMINENCE

UNTOLD = 'the training failed; "python -m train models" says why'


def _problem(description: str) -> dict[str, Any]:
    schema = {"$ref": "#/components/schemas/Problem"}
    return {"description": description, "content": {"application/problem+json": {"schema": schema}}}


PROBLEMS: dict[int | str, dict[str, Any]] = {
    304: {"description": "The client has this answer already"},
    400: _problem("An argument is wrong"),
    404: _problem("Nothing has this title, or it has no vector; `suggestions` may help"),
    503: _problem("The service is too busy, or lacks the database or a model; `Retry-After` says when to ask again"),
    "default": {**_problem("Anything else"), "model": Problem},
}
router = APIRouter(responses=PROBLEMS, route_class=Route)


@router.get("/articles/{title:path}/similar", response_model=list[SimilarArticle])
async def similar_articles(
    request: Request,
    title: Title,
    by: By = "title",
    count: Count = 10,
    topic: Topic = None,
    facet: Facet = [],  # noqa: B006  FastAPI copies it
    same_author: Flag = None,
    same_series: Flag = None,
    least: bool = False,
    exact: bool = False,
    prominence: Prominence = 0.0,
    exclude: Exclude = [],  # noqa: B006
    exclude_id: ExcludeId = [],  # noqa: B006
    min_similarity: MinSimilarity = None,
) -> Response:
    """The articles most like one article, the most similar first."""
    article, facets = asked_article(title, by), facets_of(facet)
    found = await shelf_of(request).similar_articles(
        article, count, topic, facets, same_author, same_series, least, exact,
        prominence, exclude, exclude_id, min_similarity,
    )  # fmt: skip
    return answer(request, found)


@router.get("/articles/{title:path}/links", response_model=list[NearLink])
async def links_near_article(request: Request, title: Title, count: Count = 10) -> Response:
    """The links that an article does not make and most likely would, the likeliest first."""
    return answer(request, await shelf_of(request).links_near_article(title, count))


@router.get("/articles/{title:path}/series", response_model=list[SeriesArticle])
async def series_articles(request: Request, title: Title) -> Response:
    """The series of an article in reading order, with the article itself; at most 500."""
    return answer(request, await shelf_of(request).series_articles(title))


@router.get("/links/{title:path}/similar", response_model=list[SimilarLink])
async def similar_links(request: Request, title: Title, count: Count = 10, kind: Kind = None) -> Response:
    """The links most like one link, the most similar first."""
    return answer(request, await shelf_of(request).similar_links(title, count, kind))


@router.get("/links/{title:path}/articles", response_model=list[SimilarArticle])
async def articles_near_link(
    request: Request,
    title: Title,
    count: Count = 10,
    topic: Topic = None,
    facet: Facet = [],  # noqa: B006
    prominence: Prominence = 0.0,
    exclude: Exclude = [],  # noqa: B006
    exclude_id: ExcludeId = [],  # noqa: B006
    min_similarity: MinSimilarity = None,
) -> Response:
    """The articles nearest to a link, whether they make it or not."""
    found = await shelf_of(request).articles_near_link(
        title, count, topic, facets_of(facet), prominence, exclude, exclude_id, min_similarity
    )
    return answer(request, found)


@router.get("/recommend", response_model=list[SimilarArticle])
async def recommend_articles(
    request: Request,
    like: Likes,
    dislike: Likes = [],  # noqa: B006
    weight: Weights = [],  # noqa: B006
    count: Count = 10,
    topic: Topic = None,
    facet: Facet = [],  # noqa: B006
    diversity: Diversity = 0.0,
    prominence: Prominence = RECOMMENDED_PROMINENCE,
    exclude: Exclude = [],  # noqa: B006
    exclude_id: ExcludeId = [],  # noqa: B006
    min_similarity: MinSimilarity = None,
) -> Response:
    """Articles for somebody who likes these and dislikes those, best first."""
    found = await shelf_of(request).recommend_articles(
        like, dislike, weight or None, count, topic, facets_of(facet), diversity,
        prominence, exclude, exclude_id, min_similarity,
    )  # fmt: skip
    return answer(request, found)


@router.get("/explain", response_model=list[ExplainedLink])
async def explain_similarity(request: Request, a: Text, b: Text, count: Count = 10) -> Response:
    """The links that two articles share or that mean nearly the same; the last row holds the rest."""
    return answer(request, await shelf_of(request).explain_similarity(a, b, count))


@router.get("/search", response_model=list[FoundArticle])
async def search_articles(request: Request, words: Text, count: Count = 10, topic: Topic = None) -> Response:
    """The articles whose title or alias begins with the words or is like them, best first."""
    return answer(request, await shelf_of(request).search_articles(words, count, topic))


@router.get("/models", response_model=list[Model])
async def models(request: Request) -> Response:
    """All models; the one in state `active` answers."""
    found = await shelf_of(request).models()
    # The reason of a failed training may name hosts, users and files; those who run it have "python -m train models".
    return answer(request, Answer(Model, [replace(one, reason=one.reason and UNTOLD) for one in found]))
