"""links_near_article never proposes the article itself."""

from db import search
from db.connection import Database
from db.importing.records import Link, Redirect
from tests.support.planted import article, load, store_model


def lacked(database: Database, title: str) -> set[tuple[str, str]]:
    return {(link.kind, link.title) for link in search.links_near_article(database, title, count=100)}


def test_an_article_does_not_lack_itself(database: Database) -> None:
    links = (Link("page", "Emma"), Link("page", "Emma (novel)"), Link("category", "Emma"))
    others: dict[str | Link, int] = dict.fromkeys(links, 1)
    load(database, article("Emma", ["Shared"]), article("Persuasion", others), article("Dracula", others))
    store_model(database)
    assert lacked(database, "Emma") == {("page", "Emma (novel)"), ("category", "Emma")}
    # An import of the redirect alone: the link keeps its title until the articles that make it come again.
    load(database, Redirect("Emma (novel)", "Emma"))
    assert lacked(database, "Emma") == lacked(database, "Emma (novel)") == {("category", "Emma")}
    assert lacked(database, "Dracula") == {("page", "Shared")}
