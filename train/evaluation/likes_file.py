"""A file of what readers like: one line for each like, with a reader, a title and maybe a rating."""

import csv
from pathlib import Path
from typing import NamedTuple

from train.errors import LikesUnreadable

LEAST_LIKED, HIGHEST = 4, 5  # Ratings of 4 and 5 of 5 are likes.


class Rated(NamedTuple):
    """A reader's opinion of a title, with a rating from 0 to 5, or without one."""

    reader: str
    title: str
    rating: float | None

    @property
    def is_like(self) -> bool:
        """Whether the reader likes it. A line without a rating is a like."""
        return self.rating is None or self.rating >= LEAST_LIKED


class LikesFile(NamedTuple):
    """What a file holds.

    Attributes
    ----------
    name : str
        The name of the file, without its folder.
    rows : list of Rated
        The lines that could be read.
    malformed : list of str
        What is wrong with each of the others, such as "line 3 has 1 column".
    """

    name: str
    rows: list[Rated]
    malformed: list[str]


def read_likes(path: Path) -> LikesFile:
    """Read a file in UTF-8: TSV if its first line has a tab, and otherwise CSV. A header may stand above it.

    Each line is read by itself, so that a stray quotation mark spoils one line and not the rest.

    Raises
    ------
    LikesUnreadable
    """
    try:
        lines = path.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise LikesUnreadable(path=path, reason=error.strerror) from None
    except UnicodeDecodeError as error:
        raise LikesUnreadable(path=path, reason=f"it is not UTF-8 at byte {error.start}") from None
    filled = [(number, line) for number, line in enumerate(lines, start=1) if line.strip()]
    has_tabs = bool(filled) and "\t" in filled[0][1]
    read = [(number, _cells(line, has_tabs)) for number, line in filled]
    if read and _is_header(read[0][1]):
        del read[0]
    opinions = [(number, _rated(cells)) for number, cells in read]
    rows = [row for _, row in opinions if isinstance(row, Rated)]
    return LikesFile(path.name, rows, [f"line {number} {row}" for number, row in opinions if isinstance(row, str)])


def _cells(line: str, has_tabs: bool) -> list[str] | str:
    """The cells of a line, or what is wrong with it."""
    try:
        cells = line.split("\t") if has_tabs else next(csv.reader([line], strict=True))
    except csv.Error as error:
        return f"is not CSV ({error})"
    return [cell.strip() for cell in cells]


def _is_header(cells: list[str] | str) -> bool:
    if isinstance(cells, str):
        return False
    named = [cell.casefold() for cell in cells]
    return named[1:2] == ["title"] or (len(named) == 3 and bool(named[2]) and _number(named[2]) is None)


def _rated(cells: list[str] | str) -> Rated | str:
    """What a line says, or what is wrong with it."""
    if isinstance(cells, str):
        return cells
    if len(cells) not in {2, 3}:
        return f"has {len(cells)} column{'s' if len(cells) > 1 else ''}"
    reader, title, rating, *_ = [*cells, ""]
    if not reader or not title:
        return f"has no {'title' if reader else 'reader'}"
    number = _number(rating)
    if rating and (number is None or not 0 <= number <= HIGHEST):
        return f"has the rating {rating!a}, which is not a number from 0 to {HIGHEST}"
    return "has a character that no title can hold" if "\0" in title else Rated(reader, title, number)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
