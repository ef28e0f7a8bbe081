"""What each page says, asked of a shelf."""

from api.service.map_answers import model_of
from api.service.rendering import Page
from api.shelf import Shelf
from db.models.registry import Model
from db.search import described
from db.search.map import map_version

EMPTY = 'The shelf is empty: run "python -m ingest SOURCE" to fill it.'
NO_MODEL = 'There is no model yet: run "python -m train" to make one. The search works without it.'
NO_MAP = 'There is no map yet: run "python -m train map" to make one. All else works without it.'


def home(shelf: Shelf) -> Page:
    """The map, the search, and what this shelf is."""
    facts, model = described.shelf_facts(shelf.database), model_of(shelf)
    articles = sum(facts.topics.values())
    has_map = map_version(shelf.database) is not None
    lacks = EMPTY if not articles else NO_MODEL if model is None else None if has_map else NO_MAP
    return Page(
        "index.html",
        {**common("", model), "facts": facts, "model": model, "articles": articles, "lacks": lacks, "has_map": has_map},
    )


def common(place: str | None, model: Model | None, q: str = "") -> dict[str, object]:
    """What every page needs: its place in the navigation, the model that answered, and the words of the search."""
    return {"place": place, "model_id": model.model_id if model else None, "q": q}
