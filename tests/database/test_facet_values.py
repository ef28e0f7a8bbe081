"""Facets read as arrays."""

import numpy as np

from db import facet_values
from db.connection import Database
from db.facet_values import Facet
from tests.support.planted import article, load


def read(database: Database, name: str, *titles: str) -> tuple[list[str], Facet]:
    """The facet of these articles, in the order of their ids, which their titles are given in."""
    with database.session() as connection:
        rows = connection.exec_driver_sql("select article_id, title from articles order by article_id").all()
        asked = [(article_id, title) for article_id, title in rows if title in titles]
        ids = np.array([article_id for article_id, _ in asked], np.int32)
        return [title for _, title in asked], facet_values.read(connection, name, ids)


def test_equal_values_have_equal_numbers_and_several_are_possible(database: Database) -> None:
    load(
        database,
        article("Emma", facets=(("genre", "Novel"), ("author", "Jane Austen"))),
        article("Dune", facets=(("genre", "Novel"), ("genre", "Science fiction"))),
        article("Ubik", facets=(("genre", "Science fiction"),)),
        article("Bare"),
    )
    titles, genre = read(database, "genre", "Emma", "Dune", "Ubik", "Bare")
    found = sorted(zip((titles[one] for one in genre.article), genre.value.tolist(), strict=True))
    assert found == [("Dune", 0), ("Dune", 1), ("Emma", 0), ("Ubik", 1)]
    assert genre.article.dtype == genre.value.dtype == np.int32


def test_only_the_articles_that_are_asked_for(database: Database) -> None:
    load(database, article("Emma", facets=(("genre", "A"),)), article("Dune", facets=(("genre", "B"),)))
    titles, genre = read(database, "genre", "Dune")
    assert (titles, genre.article.tolist(), genre.value.tolist()) == (["Dune"], [0], [0])


def test_a_facet_that_none_has(database: Database) -> None:
    load(database, article("Emma"))
    _, series = read(database, "series", "Emma")
    assert (len(series.article), len(series.value)) == (0, 0)
