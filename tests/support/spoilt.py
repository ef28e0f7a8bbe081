"""Titles and authors as lists of books have them, made from those of Wikipedia in eight ways."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import text

from db import binary_copy, search
from db.connection import Database

ACUTE = "\u0301"


class Book(NamedTuple):
    """What is stored; there may be no author."""

    title: str
    authors: Sequence[str]
    topic: str = "book"


class Entry(NamedTuple):
    """What a list has."""

    title: str
    author: str


class Score(NamedTuple):
    """Shares of the entries: those that got their article, and those that got another."""

    right: float
    wrong: float


def other_title(title: str) -> str:
    """A title that has nothing in common with this one, to be stored as an alias of it."""
    return "".join(reversed(title)).strip()


def spoilt(book: Book) -> Mapping[str, Entry]:
    """The entries of one book by the way they are spoilt; none but the alias has Wikipedia's brackets."""
    title, author = _without_brackets(book.title), _without_brackets(next(iter(book.authors), ""))
    subtitles = (": What Became of It All", " - The Classic Story")
    return {
        "alias": Entry(other_title(book.title), author),
        "case": Entry(title.upper(), author.lower()),
        "accents": Entry(_other_accents(title), _other_accents(author)),
        "series": Entry(f"{title} (The Hollow Chronicles, #{len(title)})", author),
        "subtitle": Entry(title + subtitles[len(title) % 2], author),
        "leading article": Entry(_other_leading_article(title), author),
        "a novel": Entry(f"{title}: A Novel", author),
        "last, first": Entry(title, _last_first(author)),
    }


def scores(database: Database, books: Sequence[Book], are_stored: bool = True) -> dict[str, Score]:
    """How many entries of each way get their article; of books that are not stored, none is right."""
    ways: dict[str, list[Entry]] = {}
    for book in books:
        for way, entry in spoilt(book).items():
            ways.setdefault(way, []).append(entry)
    found = {}
    for way, entries in ways.items():
        matched = search.match_articles(
            database, [entry.title for entry in entries], [entry.author for entry in entries]
        )
        right = sum(are_stored and one.title == books[one.position - 1].title for one in matched)
        found[way] = Score(right / len(books), (len(matched) - right) / len(books))
    return found


def store(database: Database, books: Sequence[Book]) -> None:
    """Write the books, each with its other title as an alias."""
    rows = [(number, book) for number, book in enumerate(books, 1)]
    articles = ((number, book.topic, book.title, "{}", 1) for number, book in rows)
    facets = {(number, "author", name) for number, book in rows for name in book.authors}
    with database.transaction() as connection:
        columns = "article_id, topic, title, infobox, text_length"
        binary_copy.copy_records(connection, f"articles ({columns})", articles)
        binary_copy.copy_records(connection, "facets", facets)
        aliases = {other_title(book.title): book.title for book in books}
        binary_copy.copy_records(connection, "aliases (title, target)", aliases.items())
        connection.execute(text("analyze articles, facets, aliases"))


def _without_brackets(text: str) -> str:
    return re.sub(r"\s*\([^()]*\)$", "", text)


def _other_accents(text: str) -> str:
    """Without its accents; where it has none, with one on each vowel."""
    plain = "".join(c for c in unicodedata.normalize("NFD", text) if not unicodedata.combining(c))
    return plain if plain != text else unicodedata.normalize("NFC", re.sub(r"([aeiou])", rf"\1{ACUTE}", text))


def _other_leading_article(title: str) -> str:
    """Moved to the end, or left out, or added where there is none."""
    has = re.match(r"(The|A|An|Le|La|Les|Der|Die|Das|El|Los|Las|Il) (.+)", title)
    if not has:
        return f"The {title}"
    return f"{has[2]}, {has[1]}" if len(title) % 2 else has[2]


def _last_first(author: str) -> str:
    name, _, suffix = author.partition(", ")
    *first, last = name.split(" ")
    return ", ".join(filter(None, (last, " ".join(first), suffix)))
