"""A reader's history: books read and rated, as Goodreads, StoryGraph and LibraryThing export them."""

import codecs
import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from os import PathLike
from pathlib import Path
from typing import Literal, NamedTuple

from api.answer import Answer
from api.errors import HistoryUnreadable, NotAHistory

Status = Literal["read", "reading", "abandoned", "to-read"]

LONGEST_HEADER = 65_536  # bytes
BOMS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}

# Names of shelves and collections, with hyphens for spaces. What is on none of these was read: a book on "favourites",
# and one in "Your library", for nobody needs to be told of a book that they own.
STATUS: dict[Status, frozenset[str]] = {
    "to-read": frozenset({"to-read", "want-to-read", "wishlist", "wish-list", "tbr"}),
    "abandoned": frozenset({"abandoned", "did-not-finish", "dnf", "gave-up", "unfinished"}),
    "reading": frozenset({"currently-reading", "reading", "paused", "on-hold"}),
}


@dataclass(frozen=True, slots=True)
class HistoryBook:
    """A book of a history.

    Attributes
    ----------
    title, author : str
        As the site writes them; the author may be empty.
    rating : float or None
        Stars, more than 0 and at most 5, in steps of a quarter at StoryGraph; None without a rating.
    status : {"read", "reading", "abandoned", "to-read"}
    """

    title: str
    author: str
    rating: float | None
    status: Status


@dataclass(frozen=True, slots=True)
class MalformedRow:
    """A row that was skipped: the number of its first line in the file, and what is wrong with it."""

    line: int
    reason: str


class History(Answer[HistoryBook]):
    """The books of one export, in its order.

    Attributes
    ----------
    site : str
        Goodreads, StoryGraph or LibraryThing.
    malformed : tuple of MalformedRow
        The rows that were skipped.
    """

    def __init__(self, site: str, rows: Sequence[HistoryBook | MalformedRow]) -> None:
        super().__init__(HistoryBook, (row for row in rows if isinstance(row, HistoryBook)))
        self.site = site
        self.malformed = tuple(row for row in rows if isinstance(row, MalformedRow))


class Site(NamedTuple):
    """A site, and its columns in lower case."""

    name: str
    author: str
    rating: str
    status: str


SITES = (
    Site("Goodreads", "author", "my rating", "exclusive shelf"),
    Site("StoryGraph", "authors", "star rating", "read status"),
    Site("LibraryThing", "primary author", "rating", "collections"),
)


def read_history(path: str | PathLike[str]) -> History:
    """Read an export of Goodreads, StoryGraph or LibraryThing, CSV or tab-delimited, in any of their encodings.

    Raises
    ------
    api.errors.HistoryUnreadable, api.errors.NotAHistory
    """
    try:
        with Path(path).open("rb") as file:
            head = file.read(LONGEST_HEADER)
            first = re.split("[\r\n]", _decoded(head).lstrip(), maxsplit=1)[0]
            delimiter = max(",\t;", key=first.count)
            header = [name.strip().casefold() for name in next(csv.reader([first], delimiter=delimiter), [])]
            site = next((site for site in SITES if {"title", *site[1:]} <= {*header}), None)
            if site is None:
                shown = "".join(character for character in first[:60] if character.isprintable())
                raise NotAHistory(path=path, line=shown)
            text = _decoded(head + file.read())
    except OSError as error:
        raise HistoryUnreadable(path=path, reason=error.strerror) from error
    return History(site.name, list(_rows(text, delimiter, header, site)))


def _decoded(raw: bytes) -> str:
    """LibraryThing has written UTF-16, UTF-8 and Latin-1, and lines of the last within the second."""
    for bom, encoding in BOMS.items():
        if raw.startswith(bom):
            return raw.decode(encoding, "replace")
    if b"\0" in raw[:2]:
        return raw.decode("utf-16-be" if raw[:1] == b"\0" else "utf-16-le", "replace")
    return "".join(map(_decoded_line, raw.splitlines(keepends=True)))


def _decoded_line(line: bytes) -> str:
    try:
        return line.decode()
    except UnicodeDecodeError:
        return line.decode("cp1252", "replace")


def _rows(text: str, delimiter: str, header: list[str], site: Site) -> Iterator[HistoryBook | MalformedRow]:
    # LibraryThing's tab-delimited text has no quoting: a quotation mark at the beginning of a title is part of it.
    is_plain = delimiter == "\t" and site.name == "LibraryThing"
    lines = io.StringIO(text.lstrip(), newline="")
    reader = csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE if is_plain else csv.QUOTE_MINIMAL)
    next(reader)
    while True:
        line = reader.line_num + 1
        try:
            cells = next(reader)
            if cells:
                yield _book([_unquoted(cell) for cell in cells] if is_plain else cells, header, site)
        except StopIteration:
            return
        except (csv.Error, ValueError) as error:
            yield MalformedRow(line, str(error))


def _unquoted(cell: str) -> str:
    """Without the quotation marks that a spreadsheet puts around a cell."""
    quoted = re.fullmatch(r'"((?:[^"]|"")*)"', cell)
    return quoted[1].replace('""', '"') if quoted else cell


def _book(cells: list[str], header: list[str], site: Site) -> HistoryBook:
    """A row as a book; ValueError gives the reason where it is not one."""
    if len(cells) != len(header):
        raise ValueError(f"it has {len(cells)} fields instead of {len(header)}")
    row = dict(zip(header, cells, strict=True))
    title, author = (" ".join(row[name].split()) for name in ("title", site.author))
    if not title or "\0" in title + author:
        raise ValueError("it has no title" if not title else "it holds the character NUL")
    return HistoryBook(title, author, _rating(row[site.rating]), _status(row[site.status]))


def _rating(cell: str) -> float | None:
    """The stars; None where the cell is empty or 0, as Goodreads writes it."""
    try:
        stars = float(cell.replace(",", ".") or 0)
    except ValueError:
        stars = -1
    if not 0 <= stars <= 5:
        raise ValueError(f'the rating is "{cell}", not a number from 0 to 5')
    return stars or None


def _status(cell: str) -> Status:
    names = {name.strip().casefold().replace(" ", "-") for name in cell.split(",")}
    return next((status for status, known in STATUS.items() if names & known), "read")
