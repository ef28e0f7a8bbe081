"""The rows of an .ndjson file."""

import bz2
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from db.importing.records import Article, Link
from ingest.dumps.files import find_sources
from ingest.errors import BadRow
from ingest.extract import extract
from ingest.report import Report
from tests.unit.ingest.conftest import topics_of

ROW = [
    "Emma",
    {"author": "Jane Austen", "1": "x"},
    ["Jane Austen", "novel"],
    ["http://www.a.org/b"],
    "2018-07-30T18:47:16Z",
    9,
]


ReadRows = Callable[..., tuple[list[Article], Report]]


@pytest.fixture
def read(tmp_path: Path) -> ReadRows:
    def read_rows(
        content: bytes, name: str = "rows.ndjson", topics: Sequence[str] = ("book",)
    ) -> tuple[list[Article], Report]:
        path = tmp_path / name
        path.write_bytes(content)
        found, report = extract(find_sources([path])[0], topics_of(tuple(topics)))
        return [one for one in found if isinstance(one, Article)], report

    return read_rows


def lines(*rows: Any) -> bytes:
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_a_row_is_an_article(read: ReadRows) -> None:
    (article,), report = read(lines(ROW))
    assert (article.page_id, article.revision_id, article.title, article.topic) == (None, None, "Emma", "book")
    assert article.revised_at == datetime(2018, 7, 30, 18, 47, 16, tzinfo=UTC)
    assert article.text_length == 9
    assert article.infobox == {"author": "Jane Austen"}
    assert article.facets == (("author", "Jane Austen"),)
    assert dict(article.links) == {Link("page", "Jane Austen"): 1, Link("page", "Novel"): 1, Link("site", "a.org"): 1}
    assert (report.pages, report.articles, report.pairs, report.wiki) == (1, 1, 3, None)


def test_the_first_topic_asked_for_is_the_rows_topic(read: ReadRows) -> None:
    (article,), _ = read(lines(ROW), topics=("film", "book"))
    assert article.topic == "film"


def test_rows_may_be_packed_and_may_end_without_a_line_break(read: ReadRows) -> None:
    found, _ = read(
        bz2.compress(lines(ROW, ["Persuasion", *ROW[1:]]).strip() + b"\n\n" + lines(ROW).strip()), "r.ndjson.bz2"
    )
    assert [one.title for one in found] == ["Emma", "Persuasion", "Emma"]


@pytest.mark.parametrize(
    ("links", "expected", "reason"),
    [
        (["novel", "Novel", "novel"], {Link("page", "Novel"): 3}, "counted under one title"),
        (["Category:1995 books"], {Link("category", "1995 books"): 1}, "a category"),
        (["b:The Wealthy Barber", "File:X.jpg", "WP:X"], {}, "other wikis, files, other namespaces"),
        (["feature 17"], {Link("page", "Feature 17"): 1}, "any title"),
        (["Emma"], {}, "the article itself"),
    ],
)
def test_links(read: ReadRows, links: list[str], expected: Mapping[Link, int], reason: str) -> None:
    (article,), _ = read(lines([*ROW[:2], links, [], *ROW[4:]]))
    assert dict(article.links) == expected, reason


@pytest.mark.parametrize(
    ("value", "expected", "reason"),
    [
        ("Epic fantasy < br > Historical fantasy", ["Epic fantasy", "Historical fantasy"], "a torn line break"),
        ("a < br / > b", ["A", "B"], "another"),
        ("Novel < !-- or what -- >", ["Novel"], "a torn comment"),
        ("Novel < ref name=Grayling/ >", ["Novel"], "a torn footnote"),
        ("Novel < ref > [[x]] < /ref >", ["Novel"], "another"),
        ("[[Satire]]<br>[[novel|Novels]]", ["Satire", "Novel"], "links"),
        ("nul \u0000 and surrogate \ud800", ["Nul and surrogate"], "what PostgreSQL cannot store is dropped"),
    ],
)
def test_values(read: ReadRows, value: str, expected: list[str], reason: str) -> None:
    (article,), _ = read(lines(["Emma", {"genre": value}, *ROW[2:]]))
    assert [text for _, text in article.facets] == expected, reason
    assert "\u0000" not in "".join(article.infobox.values()).encode().decode(), "no NUL and no half of a pair"


def test_a_row_with_an_impossible_title_is_skipped_and_named(read: ReadRows) -> None:
    found, report = read(lines(["a\tb", *ROW[1:]], ["x\u0000", *ROW[1:]], ROW))
    assert len(found) == 1
    assert report.skipped == {"bad title": 2}
    assert report.skipped_titles == {"bad title": [r"'a\tb'", r"'x\x00'"]}, "PostgreSQL stores no NUL"


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "Expecting property name"),
        (b'["a", {}, [], []', "Expecting"),
        (b'{"title": "a"}', "it must be a list of 6 values"),
        (b'["a", {}, []]', "it must be a list of 6 values"),
        (b"[1, {}, [], [], null, 1]", "the title must be text, not 1"),
        (b'["a", [], [], [], null, 1]', r"the infobox must be an object, not \[\]"),
        (b'["a", {}, [1], [], null, 1]', "a wikilink must be text, not 1"),
        (b'["a", {}, "b", [], null, 1]', "its links must be in a list, not 'b'"),
        (b'["a", {}, [], [null], null, 1]', "an external link must be text, not None"),
        (b'["a", {}, [], [], null, -1]', "a text must have 0 to 2,200,000 characters, not -1"),
        (b'["a", {}, [], [], "yesterday", 1]', "yesterday"),
        (b"\xff", "utf-8"),
        (b"[" * 100_000, "recursion"),
    ],
)
def test_a_line_that_is_not_a_row_is_one_clear_error(read: ReadRows, line: bytes, reason: str) -> None:
    with pytest.raises(BadRow, match=f"line 2 of .*rows.ndjson is not a row .*{reason}"):
        read(lines(ROW) + line + b"\n")
