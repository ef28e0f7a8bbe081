"""Exports of three sites as books, in every encoding, and rows that are not as they should be."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

import api
from api.errors import HistoryUnreadable, NotAHistory
from api.history import HistoryBook, MalformedRow
from tests.support import exports
from tests.support.exports import Row

BOOKS = [
    Row("The Colour of Magic (Discworld, #1)", "Terry Pratchett", "4", "read", 'A "review",\nof two lines'),
    Row("Les Misérables", "Hugo, Victor", "5", "read"),
    Row("Emma", "", "0", "to-read"),
]
READ = [
    HistoryBook("The Colour of Magic (Discworld, #1)", "Terry Pratchett", 4.0, "read"),
    HistoryBook("Les Misérables", "Hugo, Victor", 5.0, "read"),
    HistoryBook("Emma", "", None, "to-read"),
]


def read(path: Path, content: str | bytes) -> api.History:
    file = path / "history.csv"
    file.write_bytes(content if isinstance(content, bytes) else content.encode())
    return api.read_history(file)


def test_goodreads(tmp_path: Path) -> None:
    history = read(tmp_path, exports.goodreads(BOOKS))
    assert (history.site, history, history.malformed) == ("Goodreads", READ, ())
    assert history.columns()["rating"] == [4.0, 5.0, None]
    with pytest.raises(AttributeError):
        history[0].title = "x"  # type: ignore[misc]


@pytest.mark.parametrize(("stars", "rating"), [("3.75", 3.75), ("0.25", 0.25), ("5.0", 5.0), ("", None), ("4,5", 4.5)])
def test_storygraph_has_quarters_of_stars(tmp_path: Path, stars: str, rating: float | None) -> None:
    history = read(tmp_path, exports.storygraph([Row("Good Omens", "Terry Pratchett, Neil Gaiman", stars, "read")]))
    assert (history.site, history) == (
        "StoryGraph",
        [HistoryBook("Good Omens", "Terry Pratchett, Neil Gaiman", rating, "read")],
    )


LIBRARYTHING = [
    Row('"A" Is for Alibi', "Grafton, Sue", "4.5", "Your library"),
    Row("Les Misérables", "Hugo", "", "To read"),
]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252"])
def test_librarything_in_every_encoding(tmp_path: Path, encoding: str) -> None:
    history = read(tmp_path, exports.librarything(LIBRARYTHING).encode(encoding))
    assert (history.site, history, history.malformed) == (
        "LibraryThing",
        [
            HistoryBook('"A" Is for Alibi', "Grafton, Sue", 4.5, "read"),
            HistoryBook("Les Misérables", "Hugo", None, "to-read"),
        ],
        (),
    )


def test_a_line_of_another_encoding_spoils_no_other(tmp_path: Path) -> None:
    header, *lines = exports.librarything([Row("Å", "Ødegård", "", ""), Row("Ærø", "Ødegård", "", "")]).splitlines(True)
    history = read(tmp_path, header.encode() + lines[0].encode("latin-1") + lines[1].encode())
    assert [(book.title, book.author) for book in history] == [("Å", "Ødegård"), ("Ærø", "Ødegård")]


def test_what_a_spreadsheet_makes_of_it(tmp_path: Path) -> None:
    rows = csv.reader(io.StringIO(exports.librarything(LIBRARYTHING)), delimiter="\t", quoting=csv.QUOTE_NONE)
    saved = io.StringIO(newline="")
    csv.writer(saved, delimiter="\t", quoting=csv.QUOTE_ALL).writerows(rows)
    assert read(tmp_path, saved.getvalue())[0].title == '"A" Is for Alibi'
    rows = csv.reader(io.StringIO(exports.goodreads(BOOKS)))
    saved = io.StringIO(newline="")
    csv.writer(saved, delimiter=";", lineterminator="\r").writerows([[], *rows, []])
    assert read(tmp_path, saved.getvalue()) == READ


@pytest.mark.parametrize(
    ("write", "status", "expected"),
    [
        (exports.goodreads, "currently-reading", "reading"),
        (exports.goodreads, "dnf", "abandoned"),
        (exports.goodreads, "favourites", "read"),
        (exports.storygraph, "did-not-finish", "abandoned"),
        (exports.storygraph, "paused", "reading"),
        (exports.librarything, "Your library, To read", "to-read"),
        (exports.librarything, "Wishlist", "to-read"),
        (exports.librarything, "Read but unowned, Favorites", "read"),
        (exports.librarything, "Your library, Currently reading", "reading"),
    ],
)
def test_shelves_and_collections(
    tmp_path: Path, write: Callable[[Sequence[Row]], str], status: str, expected: str
) -> None:
    (book,) = read(tmp_path, write([Row("Emma", "Jane Austen", "", status)]))
    assert book.status == expected


def test_malformed_rows_are_named_by_their_first_line(tmp_path: Path) -> None:
    rows = [
        *BOOKS[:1],  # lines 2 and 3
        Row("", "Nobody", "5", "read"),
        Row("Emma", "Jane Austen", "many", "read"),
        Row("Emma", "Jane Austen", "6", "read"),
        Row("Emma", "Jane Austen", "nan", "read"),
        Row("Em\0ma", "Jane Austen", "5", "read"),
    ]
    history = read(tmp_path, exports.goodreads(rows) + "17,Cut off\n" + '18,"Never closed\n19,Swallowed\n')
    assert history == READ[:1]
    assert history.malformed == (
        MalformedRow(4, "it has no title"),
        MalformedRow(5, 'the rating is "many", not a number from 0 to 5'),
        MalformedRow(6, 'the rating is "6", not a number from 0 to 5'),
        MalformedRow(7, 'the rating is "nan", not a number from 0 to 5'),
        MalformedRow(8, "it holds the character NUL"),
        MalformedRow(9, "it has 2 fields instead of 24"),
        MalformedRow(10, "it has 2 fields instead of 24"),
    )


def test_a_field_without_an_end_is_one_malformed_row(tmp_path: Path) -> None:
    history = read(tmp_path, exports.goodreads([]) + '1,"Never closed\n' + "x" * csv.field_size_limit() + "\n")
    assert [row.line for row in history.malformed][:1] == [2]
    assert "field larger than field limit" in history.malformed[0].reason


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        (b"", '(it begins with "")'),
        (b"Title,Author,Rating\nEmma,Jane Austen,5\n", '(it begins with "Title,Author,Rating")'),
        (b"PK\x03\x04\x14\x00\x06" + bytes(range(256)) * 400, 'begins with "PK'),
        (b"BZh91AY&SY" + bytes(range(255, -1, -1)) * 400, 'begins with "BZh91AY&SY'),
        ("<mediawiki>" * 10_000, 'begins with "<mediawiki><mediawiki>'),
    ],
)
def test_what_is_not_an_export_is_refused(tmp_path: Path, content: str | bytes, shown: str) -> None:
    with pytest.raises(NotAHistory) as refused:
        read(tmp_path, content)
    assert shown in str(refused.value)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 400


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(HistoryUnreadable, match="No such file"):
        api.read_history(tmp_path / "none.csv")
    with pytest.raises(HistoryUnreadable, match="Is a directory"):
        api.read_history(tmp_path)
