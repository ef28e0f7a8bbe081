"""What is asked of the shelf for one point, and for a selection of points."""

from collections.abc import Sequence
from typing import Any

from pydantic import BaseModel, Field

from api.shelf import Shelf
from api.wikipedia import address
from db.errors import ArticleWithoutVector, NoActiveModel
from db.models.model import Model
from db.search import described
from db.search.map import places
from db.search.selection import CommonFacet, CommonLink, common_facets, common_links
from db.search.shared import shared_links

NEIGHBOURS = 10
# The page judges a larger selection by its most prominent articles.
MOST_IDS = 10_000


class Neighbour(BaseModel):
    """A near article; x and y are None if it is not on the map, and `shared` has the links that explain most."""

    article_id: int
    title: str
    x: float | None
    y: float | None
    similarity: float
    shared: list[str]


class PlacedArticle(BaseModel):
    """An article and its nearest; it has none without a vector."""

    model_id: int | None
    article_id: int
    title: str
    topic: str
    facets: dict[str, list[str]]
    x: float | None
    y: float | None
    wikipedia: str | None
    neighbours: list[Neighbour]


class Selection(BaseModel, extra="forbid", strict=True):
    """The articles of a selection."""

    ids: list[int] = Field(max_length=MOST_IDS)


class Common(BaseModel):
    """What a selection has in common, first what tells most."""

    model_id: int | None
    links: list[CommonLink]
    facets: list[CommonFacet]


def placed_article(shelf: Shelf, article_id: int) -> PlacedArticle:
    """The article, and its nearest by the vectors of the model.

    Raises
    ------
    db.errors.ArticleNotFound
    """
    database = shelf.database
    article = described.describe_article(database, article_id)
    near = _nearest(shelf, article_id)
    reasons = shared_links(database, article_id, [one.article_id for one in near])
    at = places(database, [article_id, *(one.article_id for one in near)])
    nowhere = (None, None)
    return PlacedArticle(
        model_id=_number(model_of(shelf)),
        article_id=article_id,
        title=article.title,
        topic=article.topic,
        facets={name: list(values) for name, values in article.facets.items()},
        **_place(at.get(article_id, nowhere)),
        wikipedia=address(described.shelf_facts(database).wiki, article.title),
        neighbours=[
            Neighbour(
                article_id=one.article_id, title=one.title, similarity=one.similarity,
                shared=reasons[one.article_id], **_place(at.get(one.article_id, nowhere)),
            )
            for one in near
        ],
    )  # fmt: skip


def common(shelf: Shelf, article_ids: Sequence[int]) -> Common:
    """What the articles have in common."""
    return Common(
        model_id=_number(model_of(shelf)),
        links=common_links(shelf.database, article_ids),
        facets=common_facets(shelf.database, article_ids),
    )


def model_of(shelf: Shelf) -> Model | None:
    """The model that answers, if there is one."""
    try:
        return shelf.active_model()
    except NoActiveModel:
        return None


def _nearest(shelf: Shelf, article_id: int) -> Sequence[Any]:
    try:
        return shelf.similar_articles(article_id, NEIGHBOURS)
    except (ArticleWithoutVector, NoActiveModel):
        return []


def _number(model: Model | None) -> int | None:
    return model.model_id if model else None


def _place(at: tuple[float | None, float | None]) -> dict[str, float | None]:
    return {"x": at[0], "y": at[1]}
