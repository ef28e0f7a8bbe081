"""The page of an article: what it is, what is near it and why, and what it lacks."""

from collections.abc import Mapping, Sequence
from typing import Any

from api.service.contents import NO_MODEL, common
from api.service.map_answers import model_of
from api.service.page_route import sentence
from api.service.rendering import Page
from api.shelf import Shelf
from db.errors import ArticleWithoutVector, NoActiveModel
from db.search import described
from db.search.described import DescribedArticle
from db.search.map import places
from db.search.records import SimilarArticle
from db.search.shared import shared_links
from db.wikis import page_address

# What people ask for first; the others follow by name.
FIRST = ("author", "director", "artist", "year", "genre", "country", "language")
NEAR, LEAST, OWN, LACKING = 12, 5, 12, 10
NOTHING: dict[str, Any] = {"near": [], "reasons": {}, "least": [], "own": [], "lacking": []}


def content(shelf: Shelf, title: str, dials: Mapping[str, float]) -> Page:
    """Everything about the article of this title or alias.

    Raises
    ------
    db.errors.ArticleNotFound
        Its message names the nearest titles.
    """
    database = shelf.database
    article, model = described.describe_article(database, title), model_of(shelf)
    values = {
        "article": article,
        "facets": sorted(article.facets.items(), key=_rank),
        "alias": title if title != article.title else None,
        "wikipedia": page_address(described.shelf_facts(database).wiki, article.title),
        "series": shelf.series_articles(article.title),
        "has_place": bool(places(database, [article.article_id])),
        "dials": dials,
        **_nearness(shelf, article, dials),
    }
    return Page("article.html", {**common(None, model), **values})


def _nearness(shelf: Shelf, article: DescribedArticle, dials: Mapping[str, float]) -> dict[str, Any]:
    """What the model says of it, or the sentence why it says nothing."""
    try:
        near = _near(shelf, article.title, dials)
        return {
            "near": near,
            "reasons": shared_links(shelf.database, article.article_id, [one.article_id for one in near]),
            "least": shelf.similar_articles(article.title, LEAST, least=True),
            "own": shared_links(shelf.database, article.article_id, [article.article_id], OWN)[article.article_id],
            "lacking": shelf.links_near_article(article.title, LACKING),
            "lacks": None,
        }
    except NoActiveModel:
        return {**NOTHING, "lacks": NO_MODEL}
    except ArticleWithoutVector as error:
        return {**NOTHING, "lacks": sentence(str(error))}


def _near(shelf: Shelf, title: str, dials: Mapping[str, float]) -> Sequence[SimilarArticle]:
    prominence, diversity = dials["prominence"], dials["diversity"]
    if diversity:
        return shelf.recommend_articles([title], count=NEAR, diversity=diversity, prominence=prominence)
    return shelf.similar_articles(title, NEAR, prominence=prominence)


def _rank(facet: tuple[str, Sequence[str]]) -> tuple[int, str]:
    name, _ = facet
    return (*FIRST, name).index(name), name
