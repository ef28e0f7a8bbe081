"""The articles of a list of books: one by one, and 300 books whose titles and authors are spoilt in eight ways."""

import json
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import TextInvalid, TitlesInvalid, TooMany
from db.importing.records import Redirect
from sample.tables import read_records
from tests.conftest import SHARED, new_database
from tests.support import spoilt
from tests.support.planted import article, load
from tests.support.spoilt import Book

TOOL = SHARED.parent / "tools" / "librarything_to_ndjson.py"
TRIED = 300

STORED = [
    Book("Emma (novel)", ["Jane Austen"]),
    Book("Emma. (film)", [], "film"),
    Book("Dracula", ["Bram Stoker"]),
    Book("Jaws", [], "film"),
    Book("Cold Fire (Koontz novel)", ["Dean Koontz"]),
    Book("Cold Fire (Pierce novel)", ["Tamora Pierce"]),
    Book("The Left Hand of Darkness", ["Ursula K. Le Guin"]),
    Book("Les Misérables", ["Victor Hugo"]),
    Book("Frankenstein", ["Mary Shelley"]),
    Book("The Fellowship of the Ring", ["J. R. R. Tolkien"]),
    Book("The Lord of the Rings", ["J. R. R. Tolkien"]),
    Book("Good Omens", ["Terry Pratchett", "Neil Gaiman"]),
    Book("The Legacy of Luna: The Story of a Tree, a Woman, and the Struggle", ["Julia Butterfly Hill"]),
    Book("Fablehaven", ["Brandon Mull"]),
    Book("Fablehaven: Rise of the Evening Star", ["Brandon Mull"]),
    Book("Nineteen Eighty-Four", ["George Orwell"]),
    Book("Stride Toward Freedom", ["Martin Luther King Jr."]),
    Book("Solo (Boyd novel)", []),
    Book("Beowulf", [], "poem"),
    Book("Howl", ["Allen Ginsberg"], "poem"),
    Book("Twins (Cooney novel)", ["Caroline B. Cooney"]),
    Book("twins (cooney novel)", ["Caroline B. Cooney"]),
]
ALIASES = [Redirect("1984 (novel)", "Nineteen Eighty-Four"), Redirect("Eric Arthur Blair", "George Orwell")]


@pytest.fixture(scope="module")
def shelf(server_url: str, template: str) -> Iterator[Database]:
    with new_database(server_url, template) as url, Database(url) as database:
        stored = [article(b.title, topic=b.topic, facets=tuple(("author", a) for a in b.authors)) for b in STORED]
        load(database, *stored, article("Essays", ["George Orwell"]), *ALIASES)
        yield database


@pytest.mark.parametrize(
    ("title", "author", "expected"),
    [
        ("Emma", "Austen, Jane", "Emma (novel)"),
        ("EMMA: A Novel", "", "Emma (novel)"),
        ("Emma", "Charlotte Brontë", None),
        ("Dracula", "", "Dracula"),
        ("The Dracula", "Bram Stoker", "Dracula"),
        ("The Dracula", "", None),  # without an author only a whole title counts
        ("Jaws", "", "Jaws"),
        ("Jaws", "Peter Benchley", None),  # a film, and films have no authors
        ("Cold Fire", "Tamora Pierce", "Cold Fire (Pierce novel)"),
        ("Cold Fire", "", None),
        ("Cold Fire (Koontz novel)", "", "Cold Fire (Koontz novel)"),
        ("Left Hand of Darkness, The (Hainish Cycle, #4)", "Le Guin, Ursula K.", "The Left Hand of Darkness"),
        ("Left Hand of Darkness", "Ursula K. LeGuin", None),
        ("misérables", "Hugo, Victor", "Les Misérables"),
        ("les miserables - the complete text", "VICTOR HUGO", "Les Misérables"),
        ("Frankenstein; or, The Modern Prometheus", "Mary Wollstonecraft Shelley", "Frankenstein"),
        ("Frankenstein : a novel", "Shelley", "Frankenstein"),
        ("The Lord of the Rings: The Fellowship of the Ring", "J.R.R. Tolkien", "The Fellowship of the Ring"),
        ("The Lord of the Rings: 50th Anniversary", "Tolkien, J.R.R.", "The Lord of the Rings"),
        ("Good Omens (“The Nice Book”)", "Neil Gaiman, Terry Pratchett", "Good Omens"),
        ("The Legacy of Luna", "Julia Hill", "The Legacy of Luna: The Story of a Tree, a Woman, and the Struggle"),
        ("The Legacy of Luna", "", None),
        ("Fablehaven (Fablehaven, #1)", "Brandon Mull", "Fablehaven"),
        ("Fablehaven: Grip of the Shadow Plague", "Brandon Mull", None),  # another one of the series
        ("1984", "Orwell, George", "Nineteen Eighty-Four"),
        ("1984", "Eric Arthur Blair", "Nineteen Eighty-Four"),
        ("Stride Toward Freedom", "King, Martin Luther, Jr.", "Stride Toward Freedom"),
        ("Solo", "William Boyd", "Solo (Boyd novel)"),
        ("Solo", "Kwame Alexander", None),
        ("Beowulf", "Unknown", "Beowulf"),
        ("Twins", "Caroline B. Cooney", None),  # two are equally near
        ("", "", None),
        ("The", "The", None),
        ("(untitled)", "x", None),
    ],
)
def test_a_title_of_a_list(shelf: Database, title: str, author: str, expected: str | None) -> None:
    found = search.match_articles(shelf, ["Nothing", title], ["Nobody", author])
    assert [(one.position, one.title) for one in found] == ([(2, expected)] if expected else [])


def test_sql_alone_and_the_ids(database: Database) -> None:
    load(database, article("Dracula"), article("Carmilla"))
    with database.session() as connection:
        query = "select * from match_articles(array['carmilla', null, 'nothing', 'DRACULA'])"
        found = connection.execute(text(query)).all()
    assert found == [(1, 2, "Carmilla"), (4, 1, "Dracula")]


def test_what_is_asked_is_checked(database: Database) -> None:
    with pytest.raises(TitlesInvalid, match="authors must be a list"):
        search.match_articles(database, ["Dracula"], "Bram Stoker")
    with pytest.raises(TooMany, match="titles must hold at most 10000"):
        search.match_articles(database, ["Dracula"] * 10_001)
    with pytest.raises(TextInvalid):
        search.match_articles(database, ["Dra\0cula"])


def test_it_walks_the_indexes(database: Database) -> None:
    spoilt.store(database, [Book(f"Book {n}", [f"Author {n}"]) for n in range(5000)])
    with database.session() as connection:
        query = "explain select * from match_articles(array['The Book 7: A Novel', 'Nothing'], array['7', ''])"
        plan = "\n".join(connection.scalars(text(query)))
    assert "articles_title_prefix_idx" in plan
    assert "aliases_title_prefix_idx" in plan
    assert "Seq Scan" not in plan


def sample_books(_: Path) -> list[Book]:
    records = read_records()
    return [Book(record.title, record.facts.get("author", ()), record.topic) for record in records]


def librarything_books(folder: Path) -> list[Book]:
    if not TOOL.exists():
        pytest.skip("no real data beside this checkout")
    path = folder / "books.ndjson"
    subprocess.run([sys.executable, TOOL, path], check=True, stdout=subprocess.DEVNULL)
    rows = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return [Book(row[0], re.findall(r"\[\[([^]]+)\]\]", row[1].get("author", ""))) for row in rows]


@pytest.fixture(scope="module", params=[sample_books, librarything_books], ids=["sample", "librarything"])
def divided(
    server_url: str, template: str, request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Database, list[Book], list[Book]]]:
    """A shelf, its books, and others, by chance, that it does not have; a tenth, but at most TRIED."""
    books = request.param(tmp_path_factory.mktemp("books"))
    random.Random(0).shuffle(books)
    cut = min(TRIED, len(books) // 10)
    with new_database(server_url, template) as url, Database(url) as database:
        spoilt.store(database, books[cut:])
        yield database, books[cut:], books[:cut]


def test_300_books_spoilt_in_eight_ways(divided: tuple[Database, list[Book], list[Book]]) -> None:
    database, stored, _ = divided
    found = spoilt.scores(database, [book for book in stored if book.topic == "book"][:TRIED])
    assert len(found) == 8
    assert sum(score.right for score in found.values()) / 8 >= 0.95, found
    assert sum(score.wrong for score in found.values()) / 8 <= 0.005, found
    assert min(score.right for score in found.values()) >= 0.9, found


def test_books_that_are_not_there(divided: tuple[Database, list[Book], list[Book]]) -> None:
    database, _, others = divided
    found = spoilt.scores(database, [book for book in others if book.topic == "book"], are_stored=False)
    assert sum(score.wrong for score in found.values()) / 8 <= 0.005, found
