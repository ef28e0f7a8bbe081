"""What the plain pages say, asked of a shelf."""

from typing import Any

from api.service.map_answers import model_of
from api.service.rendering import Page
from api.shelf import Shelf
from db.models.model import Model
from db.search import described
from db.search.map import map_version

EMPTY = 'The shelf is empty: run "python -m ingest SOURCE" to fill it.'
NO_MODEL = 'There is no model yet: run "python -m train" to make one. The search works without it.'
NO_MAP = 'There is no map yet: run "python -m train map" to make one. All else works without it.'
FOUND = 40


def home(shelf: Shelf, q: str) -> Page:
    """The map, the search, and what this shelf is."""
    facts, model = described.shelf_facts(shelf.database), model_of(shelf)
    articles, has_map = sum(facts.topics.values()), map_version(shelf.database) is not None
    lacks = EMPTY if not articles else NO_MODEL if model is None else None if has_map else NO_MAP
    values = {"facts": facts, "model": model, "articles": articles, "lacks": lacks, "has_map": has_map}
    return Page("index.html", {**common("", model, q), **values})


def find(shelf: Shelf, q: str, topic: str) -> Page:
    """The articles that the words may mean."""
    facts = described.shelf_facts(shelf.database)
    found = shelf.search_articles(q, FOUND, topic or None) if q else []
    values = {"found": found, "topics": list(facts.topics), "topic": topic}
    return Page("find.html", {**common(None, model_of(shelf), q), **values})


def about(shelf: Shelf) -> Page:
    """What this is, and how it works."""
    model = model_of(shelf)
    values = {"facts": described.shelf_facts(shelf.database), "model": model}
    return Page("about.html", {**common("about", model), **values})


def common(place: str | None, model: Model | None, q: str = "") -> dict[str, Any]:
    """What every page needs: its place in the navigation, the model that answered, and the words of the search."""
    return {"place": place, "model_id": model.model_id if model else None, "q": q}
