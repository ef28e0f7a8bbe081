"""A small shelf whose map is known in rough: five genres far apart, each of one country, and hostile names."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from sqlalchemy import text

from db.connection import Database
from db.importing.records import Article, Redirect
from tests.support.planted import article, load, store_vectors

PER_GENRE = 120
COUNTRIES = {"Satire": "France", "Tragedy": "Russia", "Fable": "Spain", "Saga": "Iceland", "Idyll": ""}
HOSTILE = '<img src=x onerror="window.hacked=1">'
NAMED = {
    ("Satire", 3): "Candide",
    ("Tragedy", 0): "War and Peace",
    ("Tragedy", 1): "War and Society",
    ("Tragedy", 2): "=HYPERLINK(1)",
    ("Fable", 0): "Don Quixote",
    ("Saga", 0): HOSTILE,
}


class Book(NamedTuple):
    """A book as it is planted; `place` counts within its genre, and the first is linked to most."""

    title: str
    genre: str
    place: int

    @property
    def facets(self) -> dict[str, str]:
        """One value of each name; idylls have no country."""
        genre = HOSTILE if self.title == HOSTILE else self.genre
        facets = {"genre": genre, "country": COUNTRIES[self.genre], "author": f"{self.genre} author {self.place % 5}"}
        return {name: value for name, value in facets.items() if value} | {"year": str(1800 + self.place)}


def books() -> list[Book]:
    """All books, genre by genre."""
    places = [(genre, place) for genre in COUNTRIES for place in range(PER_GENRE)]
    return [Book(NAMED.get(one, f"{one[0]} number {one[1]}"), *one) for one in places]


def _records() -> Iterator[Article | Redirect]:
    for book in books():
        links = [f"World of {book.genre}", f"{book.genre} author {book.place % 5}", f"Trait {book.place % 7}"]
        links += [HOSTILE] if book.genre == "Saga" and book.place % 5 == 0 else []
        topic = "film" if book.place % 10 == 9 else "book"
        yield article(book.title, links, facets=tuple(book.facets.items()), topic=topic)
    yield Redirect("Voyna i mir", "War and Peace")


def plant(database: Database) -> None:
    """Import the books, and store vectors of which those of one genre, and within it of one author, are alike."""
    load(database, *_records())
    store_model(database)
    with database.transaction() as connection:
        statement = text("update articles set prominence = :prominence where title = :title")
        for book in books():
            connection.execute(statement, {"title": book.title, "prominence": 2 - book.place / 30})


def store_model(database: Database, seed: int = 0) -> None:
    """Another model of the same kind, active."""
    random = np.random.default_rng(seed)
    genre = {name: random.normal(size=16) for name in COUNTRIES}
    author = {(name, n): random.normal(size=16) for name in COUNTRIES for n in range(5)}
    rows = {
        b.title: genre[b.genre] + 0.5 * author[b.genre, b.place % 5] + 0.8 * random.normal(size=16) for b in books()
    }
    links = {f"World of {name}": list(direction) for name, direction in genre.items()}
    links[HOSTILE] = list(author["Saga", 0])
    store_vectors(database, {title: list(row) for title, row in rows.items()}, links)
