"""The page of a link: the articles and links near it."""

from typing import Any

from api.service.contents import NO_MODEL, common
from api.service.map_answers import model_of
from api.service.page_route import sentence
from api.service.rendering import Page
from api.shelf import Shelf
from api.wikipedia import address
from db.errors import LinkWithoutVector, NoActiveModel
from db.search import described

NEAR = 12


def content(shelf: Shelf, title: str, prominence: float) -> Page:
    """Everything about the link of this title or alias.

    Raises
    ------
    db.errors.LinkNotFound
        Its message names the commonest links that begin like it.
    """
    link, model = described.describe_link(shelf.database, title), model_of(shelf)
    wiki = described.shelf_facts(shelf.database).wiki
    values = {
        "link": link,
        "alias": title if title != link.title else None,
        "wikipedia": address(wiki, link.title, link.kind),
        "dials": {"prominence": prominence},
        **_nearness(shelf, link.link_id, title, prominence),
    }
    return Page("link.html", {**common(None, model), **values})


def _nearness(shelf: Shelf, link_id: int, title: str, prominence: float) -> dict[str, Any]:
    try:
        articles = shelf.articles_near_link(title, NEAR, prominence=prominence)
        makers = described.makers(shelf.database, link_id, [one.article_id for one in articles])
        return {"articles": articles, "makers": makers, "links": shelf.similar_links(title, NEAR), "lacks": None}
    except NoActiveModel:
        lacks = NO_MODEL
    except LinkWithoutVector as error:
        lacks = sentence(str(error))
    return {"articles": [], "makers": set(), "links": [], "lacks": lacks}
