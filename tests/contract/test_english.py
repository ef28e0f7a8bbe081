"""Turns of English that a reader has to read twice stand nowhere: not in messages, --help, comments or pages."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.conftest import ROOT

FOLDERS = (
    "db",
    "migrations",
    "ingest",
    "train",
    "api",
    "sample",
    "bench",
    "examples",
    "fuzz",
    "tests",
    "docs",
    "pages",
)
ENDINGS = {".py", ".md", ".sql", ".toml"}

COUNTED = (
    *("bytes", "KB", "MB", "GB", "ms", "microseconds", "seconds", "characters", "floats", "line", "lines", "one"),
    *("article", "articles", "call", "file", "files", "function", "insert", "link", "links", "page", "pages", "pairs"),
    *("places", "process", "processes", "row", "rows", "step", "steps", "stream", "streams", "table", "tables"),
    *("value", "values", "view", "views", "wiki"),
)
THINGS = (
    *("answer", "article", "batch", "call", "column", "core", "database", "dimension", "direction", "dump", "epoch"),
    *("facet", "file", "kind", "language", "line", "link", "machine", "matrix", "model", "page", "pair", "part"),
    *("phase", "point", "process", "query", "question", "row", "run", "search", "step", "stream", "table", "topic"),
    *("vector", "view", "wiki", "word", "worker"),
)
VERBS = ("can", "does", "has", "is", "may", "must", "needs", "stands", "takes", "was")  # "articles a link stands in"


class Banned(NamedTuple):
    """A turn as a regular expression, what to write, and examples: some to find, and some to leave alone."""

    pattern: str
    instead: str
    bad: tuple[str, ...]
    good: tuple[str, ...]


BANNED = {
    "X is no Y": Banned(
        r"(?<!\S)(?!\S*\b(?:there|where) )\S+ (?:is|are|was|were) no (?!more\b|longer\b|less\b|better\b|worse\b)",
        '"{x} must be ..., not {x}", "is not a ...", "is not ..."',
        ('"{year}" is no year; write 1984', "the first page\n    # is no redirect, for"),
        ('"""there is no such topic"""', "where there\nare no others", "it is no longer there", "all are not dates"),
    ),
    "a X a Y": Banned(
        rf"\b(?:{'|'.join(COUNTED)}) an? (?:bz2 )?(?:{'|'.join(THINGS)})\b(?! (?:{'|'.join(VERBS)})\b)",
        '"one X per Y", "X for each Y"',
        ("keep one wiki a database", "0.92 KB a row", "floats a vector", "one pair of tables\n    a model, each"),
        (
            *("6 MB a second", "seconds a query may take", "articles a link stands in", "a link, a page or a file"),
            "## A link\n\nA page",
        ),
    ),
    "x_a_y": Banned(
        rf"\b(?!test_)\w+_an?_(?:{'|'.join(THINGS)})\b",
        "x_per_y",
        ("bytes_a_row = 200", "PAGES_A_STREAM"),
        ("def test_there_is_a_row() -> None:", "behind_a_long_query", "bytes_per_row"),
    ),
    "NAME = 1  # of what follows": Banned(
        r"(?m:^[A-Z][A-Z_0-9, ]*(?:: [^=\n]+)? = [^\n]*  # (?:at|by|for|from|in|of|that|to|until|which|whose|with) )",
        "a name that says it, or a whole sentence",
        ("MOST_THREADS = 8  # that unpack one file", "\nVERSION: int = 1  # of the reading"),
        ("SHOW_EVERY = 0.2  # seconds", "MOST_THREADS = 8  # More threads than these only wait.", "x = 1  # of what"),
    ),
}
# A sentence may go on in the next line, behind the mark of a comment, but not behind an empty line.
ANY_SPACE = r"(?:[ \t]+|[ \t]*\n[ \t]*(?:(?:#|--)[ \t]+)?)"


def found(name: str, text: str) -> Iterator[re.Match[str]]:
    """Where the turn stands in a text; capitals make no difference to sentences."""
    if "  # " in name:
        return re.finditer(BANNED[name].pattern, text)
    return re.finditer(BANNED[name].pattern.replace(" ", ANY_SPACE), text, re.IGNORECASE)


def pages() -> Iterator[Path]:
    """All that people read of the project, but for this list of what they should not read."""
    yield from ROOT.glob("*.md")
    yield ROOT / "pyproject.toml"
    for folder in FOLDERS:
        yield from (path for path in (ROOT / folder).rglob("*") if path.suffix in ENDINGS and path != Path(__file__))


@pytest.mark.parametrize("name", BANNED)
def test_nobody_has_to_read_it_twice(name: str) -> None:
    places = []
    for path in sorted(pages()):
        text = path.read_text(encoding="utf-8")
        for match in found(name, text):
            line = text.count("\n", 0, match.start()) + 1
            places.append(f"{path.relative_to(ROOT)}:{line}: {match[0]!r}")
    assert not places, f"{name}; write {BANNED[name].instead}:\n" + "\n".join(places)


@pytest.mark.parametrize("name", BANNED)
def test_what_is_found_and_what_is_left_alone(name: str) -> None:
    assert [text for text in BANNED[name].bad if not any(found(name, text))] == []
    assert [text for text in BANNED[name].good if any(found(name, text))] == []
