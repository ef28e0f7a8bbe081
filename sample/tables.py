"""Parse the sample's tables, which are lines of facts, into records."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Literal, TypeVar

from db.errors import WikishelfError
from db.importing.records import Redirect

Topic = Literal["book", "film"]
Parsed = TypeVar("Parsed")

FOLDER = Path(__file__).parent
TABLES: Mapping[str, Topic] = {"literature.txt": "book", "genre.txt": "book", "films.txt": "film"}

# The fields between the title and the categories, named as the infobox names them.
FACTS: Mapping[Topic, tuple[str, ...]] = {
    "book": ("author", "country", "language", "genre", "release_date", "publisher", "series", "followed_by"),
    "film": ("director", "starring", "country", "language", "genre", "released", "production_companies", "based_on"),
}
MAY_BE_EMPTY = {"publisher", "series", "followed_by", "production_companies", "based_on"}


class TableInvalid(WikishelfError):
    """{source}, line {line}: {reason}; the first lines of that file say how a line is written"""


@dataclass(frozen=True, slots=True)
class Record:
    """One book or film.

    Attributes
    ----------
    facts : mapping of str to tuple of str
        Infobox parameter to values; every value but the year is the title of a page.
    categories : tuple of str
        Titles without "Category:".
    links : tuple of str
        Titles of the other pages that the article links to.
    """

    topic: Topic
    title: str
    facts: Mapping[str, tuple[str, ...]]
    categories: tuple[str, ...]
    links: tuple[str, ...]

    @property
    def year(self) -> str:
        """The year of the first edition or showing, 4 digits."""
        (year,) = self.facts["release_date" if self.topic == "book" else "released"]
        return year

    @property
    def linked_pages(self) -> set[str]:
        """Every page that the article links to: its links and its facts without the year."""
        return {*self.links, *(value for values in self.facts.values() for value in values)} - {self.year}


def read_records(folder: Path = FOLDER) -> list[Record]:
    """Read all tables, in the order of TABLES.

    Raises
    ------
    TableInvalid
        A line is not written as it should be, or a title occurs twice.
    """
    records: dict[str, Record] = {}
    for source, topic in TABLES.items():
        text = (folder / source).read_text(encoding="utf-8")
        for line, record in parse_lines(text, source, partial(parse_record, topic=topic)):
            if record.title in records:
                raise TableInvalid(source=source, line=line, reason=f'"{record.title}" occurs twice')
            records[record.title] = record
    return list(records.values())


def read_redirects(folder: Path = FOLDER) -> list[Redirect]:
    """Read the redirects; a target may carry a section after "#"."""
    text = (folder / "redirects.txt").read_text(encoding="utf-8")
    return [redirect for _, redirect in parse_lines(text, "redirects.txt", parse_redirect)]


def parse_lines(text: str, source: str, parse: Callable[[str], Parsed]) -> Iterator[tuple[int, Parsed]]:
    """Yield the number and the parsed form of each line, without comments and empty lines."""
    for number, line in enumerate(text.splitlines(), start=1):
        if line.strip() and not line.startswith("#"):
            try:
                yield number, parse(line)
            except ValueError as error:
                raise TableInvalid(source=source, line=number, reason=error) from error


def parse_record(line: str, topic: Topic) -> Record:
    """Parse one line of a table; a ValueError says why a line cannot be parsed."""
    title, *values, categories, links = cut(line, fields=11)
    facts = {name: listed(value) for name, value in zip(FACTS[topic], values, strict=True)}
    missing = [name for name, value in facts.items() if not value and name not in MAY_BE_EMPTY]
    if not title or not categories or not links or missing:
        raise ValueError(f"a value is missing for {missing[0] if missing else 'title, categories or links'}")
    record = Record(topic, title, facts, listed(categories), listed(links))
    if not re.fullmatch(r"\d{4}", ", ".join(facts["release_date" if topic == "book" else "released"])):
        raise ValueError("the year does not have 4 digits")
    if title in record.links or len(set(record.links)) < len(record.links):
        raise ValueError("a link occurs twice or is the article itself")
    return record


def parse_redirect(line: str) -> Redirect:
    """Parse "from | to"; a ValueError says why a line cannot be parsed."""
    title, target = cut(line, fields=2)
    if not title or not target or title == target:
        raise ValueError("a redirect must go from one title to another")
    return Redirect(title, target)


def cut(line: str, fields: int) -> list[str]:
    """Cut a line at its bars."""
    cells = [cell.strip() for cell in line.split("|")]
    if len(cells) != fields:
        raise ValueError(f"it has {len(cells)} fields instead of {fields}")
    return cells


def listed(cell: str) -> tuple[str, ...]:
    """Cut a cell at its semicolons."""
    return tuple(item.strip() for item in cell.split(";") if item.strip())
