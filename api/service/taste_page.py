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
from db.search import RECOMMENDED_PROMINENCE, described
from db.search.records import SimilarArticle
from db.search.shared import nearest_of, shared_links

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
        """Return what the address of this page says, with changes; defaults and what is empty are left out."""
        prominence = None if self.prominence == RECOMMENDED_PROMINENCE else self.prominence
        dials = {"prominence": prominence, "diversity": self.diversity or None}
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
    """For each article the liked one that is most like it, and at most three links that both make."""
    reasons: dict[int, tuple[str, list[str]]] = {}
    described_likes = [described.describe_article(shelf.database, like) for like in likes[:EXPLAINED]]
    liked = {one.article_id: one.title for one in described_likes}
    nearest = nearest_of(shelf.database, list(liked), [one.article_id for one in found])
    for like_id, title in liked.items():
        shared = shared_links(shelf.database, like_id, [other for other, near in nearest.items() if near == like_id])
        reasons |= {article_id: (title, links) for article_id, links in shared.items() if links}
    return reasons
