"""What each page says, asked of a shelf."""

from api.service.rendering import Page
from api.shelf import Shelf
from db.errors import NoActiveModel
from db.models.registry import Model
from db.search import described

EMPTY = 'The shelf is empty: run "python -m ingest SOURCE" to fill it.'
NO_MODEL = 'There is no model yet: run "python -m train" to make one. The search works without it.'


def home(shelf: Shelf) -> Page:
    """The map, the search, and what this shelf is."""
    facts, model = described.shelf_facts(shelf.database), model_of(shelf)
    articles = sum(facts.topics.values())
    lacks = EMPTY if not articles else NO_MODEL if model is None else None
    return Page(
        "index.html", {**common("", model), "facts": facts, "model": model, "articles": articles, "lacks": lacks}
    )


def model_of(shelf: Shelf) -> Model | None:
    """The model that answers, if there is one."""
    try:
        return shelf.active_model()
    except NoActiveModel:
        return None


def common(place: str | None, model: Model | None, q: str = "") -> dict[str, object]:
    """What every page needs: its place in the navigation, the model that answered, and the words of the search."""
    return {"place": place, "model_id": model.model_id if model else None, "q": q}
