"""Recommendations by a form, which works without scripts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from api.service import errors
from api.service.contents import common
from api.service.map_answers import model_of
from api.service.page_route import sentence
from api.service.rendering import Page
from api.shelf import Shelf
from db.errors import NoActiveModel, WikishelfError
from db.search import described
from db.search.records import SimilarArticle
from db.search.shared import shared_links

SHOWN = 20
EXPLAINED = 5  # A reason is sought among so many of the likes.
FACETS = ("genre", "author", "country", "language", "year")


@dataclass(frozen=True)
class Asked:
    """What the form says."""

    likes: Sequence[str]
    dislikes: Sequence[str]
    prominence: float
    diversity: float
    topic: str
    facets: Mapping[str, str]

    def query(self, **changes: Any) -> dict[str, Any]:
        """Return what the address of this page says, with changes; zeros and what is empty are left out."""
        dials = {"prominence": self.prominence or None, "diversity": self.diversity or None}
        own = {"like": self.likes, "dislike": self.dislikes, **dials, "topic": self.topic, **self.facets}
        return {**own, **changes}


def content(shelf: Shelf, asked: Asked) -> Page:
    """The form and, if something is liked, what goes with it; what is wrong is said above the form."""
    facts = described.shelf_facts(shelf.database)
    values = {"asked": asked, "topics": list(facts.topics), "names": FACETS}
    answer: dict[str, Any] = {"found": [], "reasons": {}, "wrong": None, "suggestions": [], "unknown": ""}
    status = 200
    try:
        if asked.likes:
            answer["found"] = found = _recommended(shelf, asked)
            answer["reasons"] = _reasons(shelf, asked.likes, found)
    except WikishelfError as error:
        problem, _ = errors.said(error)
        if problem.status == 503 and not isinstance(error, NoActiveModel):
            raise
        status = problem.status
        answer["suggestions"] = problem.suggestions or []
        answer["wrong"] = sentence(problem.detail, problem.suggestions)
        answer["unknown"] = error.facts.get("title", "")
    return Page("taste.html", {**common("taste", model_of(shelf)), **values, **answer}, status)


def _recommended(shelf: Shelf, asked: Asked) -> Sequence[SimilarArticle]:
    return shelf.recommend_articles(
        asked.likes, asked.dislikes, None, SHOWN, asked.topic or None, dict(asked.facets) or None,
        asked.diversity, asked.prominence,
    )  # fmt: skip


def _reasons(shelf: Shelf, likes: Sequence[str], found: Sequence[SimilarArticle]) -> dict[int, tuple[str, list[str]]]:
    """For each article the liked one with which it shares most links, of at most three, and these links."""
    reasons: dict[int, tuple[str, list[str]]] = {}
    for like in likes[:EXPLAINED]:
        liked = described.describe_article(shelf.database, like)
        shared = shared_links(shelf.database, liked.article_id, [one.article_id for one in found])
        for article_id, links in shared.items():
            if len(links) > len(reasons.get(article_id, ("", []))[1]):
                reasons[article_id] = liked.title, links
    return reasons
