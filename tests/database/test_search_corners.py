"""Answers known by hand, where real data seldom lead: ties, links that cancel out, and titles that name two things."""

from math import log

import numpy as np
import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from db.importing.records import Link, LinkKind, Redirect
from tests.support.known import SETTINGS, SHARPNESS, TEMPERATURE
from tests.support.planted import article, load, store_vectors


def ids(database: Database, *titles: str) -> list[int]:
    with database.session() as connection:
        return [connection.scalar(text("select find_link(:title)"), {"title": title}) for title in titles]


def test_shared_links_of_equal_share_go_by_id(database: Database) -> None:
    load(database, article("A", ["X", "Y"]), article("B", ["X", "Y"]))
    store_vectors(database, {"A": (1, 0), "B": (1, 0)}, {"X": (3, 4), "Y": (3, 4)})
    found = search.explain_similarity(database, "A", "B")
    assert [link.title for link in found] == ["X", "Y", None]
    assert [link.share for link in found] == pytest.approx([0.5, 0.5, 0], abs=1e-6)
    assert [link.title for link in search.explain_similarity(database, "A", "B", 1)] == ["X", None]


def test_links_beside_one_of_equal_share_go_by_id(database: Database) -> None:
    """B's P and Q, made by one of two articles, stand beside A's only link, which both articles make."""
    load(database, article("A", ["X"]), article("B", ["P", "Q", "X"]))
    store_vectors(database, {"A": (1, 0), "B": (3, 4)}, {"X": (1, 0), "P": (3, 4), "Q": (3, 4)})
    mean_of_b = log(1 + 2 / 2) * np.array([1, 0]) + 2 * log(1 + 2 / 1) * np.array([0.6, 0.8])
    length = np.linalg.norm(mean_of_b)
    shared = mean_of_b[0] / length / 2 + log(2) / length / 2
    beside = log(3) * 0.6 / length / 2
    for count, pairs in ((10, ["XX", "XP", "XQ"]), (2, ["XX", "XP"])):
        *listed, rest = search.explain_similarity(database, "A", "B", count)
        assert [f"{link.title}{link.other_title}" for link in listed] == pairs
        assert [link.share for link in listed] == pytest.approx([shared, beside, beside][:count])
        assert rest.share == pytest.approx(0.6 - shared - beside * (len(pairs) - 1), abs=1e-6)


def test_a_link_that_no_article_makes_has_no_popularity(database: Database) -> None:
    load(database, article("A", ["X"]), article("B", ["Y", "Z"]), article("C", ["Y"]))
    load(database, article("B", ["Y"]))
    store_vectors(
        database, {"A": (1, 0)}, {"X": (1, 0), "Y": (3, 4), "Z": (4, 3)}, settings={**SETTINGS, "popularity": 100}
    )
    found = {link.title: link.score for link in search.links_near_article(database, "A")}
    cosine = SHARPNESS / TEMPERATURE
    assert found == pytest.approx({"Y": 0.6 * cosine + 100 * log(2), "Z": 0.8 * cosine}, rel=1e-6)


@pytest.mark.parametrize("objective", ["sigmoid", "mse"])
def test_only_softmax_models_weigh_the_cosine(database: Database, objective: str) -> None:
    load(database, article("A", ["X"]), article("B", ["Y"]), article("C", ["Y"]))
    store_vectors(database, {"A": (1, 0)}, {"X": (1, 0), "Y": (3, 4)}, objective, SETTINGS)
    (found,) = search.links_near_article(database, "A")
    assert found.title == "Y"
    assert found.score == pytest.approx(0.6)


def test_links_that_cancel_out_have_no_vector(database: Database) -> None:
    load(database, article("A", ["X", "Y"]))
    store_vectors(database, {"A": (1, 0)}, {"X": (1, 0), "Y": (-1, 0)})
    with database.session() as connection:
        assert connection.scalar(text("select embed_links('{X,Y}') is null"))
        assert connection.scalar(text("select embed_links('{X}')::text")) == "[1,0]"


def test_a_page_comes_before_its_alias_a_category_and_a_site(database: Database) -> None:
    kinds: tuple[LinkKind, ...] = ("site", "category")
    links = [Link(kind, title) for title in ("X", "Y", "Z") for kind in kinds]
    load(
        database,
        article("A", dict.fromkeys([*links, Link("page", "X"), Link("page", "Target")], 1)),
        Redirect("Y", "Target"),
    )
    with database.session() as connection:
        query = text("select kind || ' ' || title from links where link_id = :id")
        named = [connection.scalar(query, {"id": number}) for number in ids(database, "X", "Y", "Z")]
    assert named == ["page X", "page Target", "category Z"]


def test_only_a_year_may_be_a_range(database: Database) -> None:
    facets = (("genre", "A..C"), ("year", "1950"))
    load(
        database,
        article("A", ["X"]),
        article("B", facets=(("genre", "B"), ("year", "1950"))),
        article("C", facets=facets),
    )
    store_vectors(database, {"A": (1, 0), "B": (3, 4), "C": (4, 3)}, {"X": (1, 0)})
    for wanted, titles in (({"genre": "A..C"}, ["C"]), ({"genre": "B"}, ["B"]), ({"year": "1950..1950"}, ["C", "B"])):
        assert [found.title for found in search.similar_articles(database, "A", facets=wanted)] == titles
