"""Exports of Goodreads, StoryGraph and LibraryThing, with the columns that these sites write."""

import csv
import io
from collections.abc import Sequence
from typing import NamedTuple

GOODREADS = """
Book Id,Title,Author,Author l-f,Additional Authors,ISBN,ISBN13,My Rating,Average Rating,Publisher,Binding,
Number of Pages,
Year Published,Original Publication Year,Date Read,Date Added,Bookshelves,Bookshelves with positions,Exclusive Shelf,
My Review,Spoiler,Private Notes,Read Count,Owned Copies
"""
STORYGRAPH = """
Title,Authors,Contributors,ISBN/UID,Format,Read Status,Date Added,Last Date Read,Dates Read,Read Count,Moods,Pace,
Character- or Plot-Driven?,Strong Character Development?,Loveable Characters?,Diverse Characters?,Flawed Characters?,
Star Rating,Review,Content Warnings,Content Warning Description,Tags,Owned?
"""
LIBRARYTHING = """
Book Id,Title,Sort Character,Primary Author,Primary Author Role,Secondary Author,Secondary Author Roles,Publication,
Date,Review,Rating,Comment,Private Comment,Summary,Media,Physical Description,Weight,Height,Thickness,Length,Dimensions,
Page Count,LCCN,Acquired,Date Started,Date Read,Barcode,BCID,Tags,Collections,Languages,Original Languages,
LC Classification,ISBN,ISBNs,Subjects,Dewey Decimal,Dewey Wording,Other Call Number,Copies,Source,Entry Date,
From Where,OCLC,Work id,Lending Patron,Lending Status,Lending Start,Lending End
"""


class Row(NamedTuple):
    """A book as the site writes it."""

    title: str
    author: str
    rating: str
    status: str
    review: str = ""


def goodreads(rows: Sequence[Row]) -> str:
    return _as_csv(_table(GOODREADS, ("Title", "Author", "My Rating", "Exclusive Shelf", "My Review"), rows))


def storygraph(rows: Sequence[Row]) -> str:
    return _as_csv(_table(STORYGRAPH, ("Title", "Authors", "Star Rating", "Read Status", "Review"), rows))


def librarything(rows: Sequence[Row]) -> str:
    """Tab-delimited, and without any quoting."""
    table = _table(LIBRARYTHING, ("Title", "Primary Author", "Rating", "Collections", "Review"), rows)
    return "".join("\t".join(cells) + "\n" for cells in table)


def _table(header: str, columns: Sequence[str], rows: Sequence[Row]) -> list[list[str]]:
    names = header.replace("\n", "").split(",")
    given = [dict(zip(columns, row, strict=True)) for row in rows]
    return [names, *([row.get(name, "") for name in names] for row in given)]


def _as_csv(table: list[list[str]]) -> str:
    text = io.StringIO(newline="")
    csv.writer(text).writerows(table)
    return text.getvalue()
