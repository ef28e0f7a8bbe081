"""The .ndjson records of the seed."""

import bz2
import json
from datetime import UTC, datetime

import pytest

from db.importing.records import Link
from ingest.dumps.files import find_sources
from ingest.errors import BadRecord
from ingest.extract import records
from ingest.report import Report
from ingest.topics.catalogue import load_topics

ROW = [
    "Emma",
    {"author": "Jane Austen", "1": "x"},
    ["Jane Austen", "novel"],
    ["http://www.a.org/b"],
    "2018-07-30T18:47:16Z",
    9,
]


@pytest.fixture
def read(tmp_path):
    def read_rows(content, name="rows.ndjson", topics=("book",)):
        path = tmp_path / name
        path.write_bytes(content)
        report = Report(str(path))
        return list(records(find_sources([path])[0], load_topics(topics), report)), report

    return read_rows


def lines(*rows):
    return "".join(json.dumps(row) + "\n" for row in rows).encode()


def test_a_row_is_an_article(read):
    (article,), report = read(lines(ROW))
    assert (article.page_id, article.revision_id, article.title, article.topic) == (None, None, "Emma", "book")
    assert article.revised_at == datetime(2018, 7, 30, 18, 47, 16, tzinfo=UTC)
    assert article.text_length == 9
    assert article.infobox == {"author": "Jane Austen"}
    assert article.facets == (("author", "Jane Austen"),)
    assert dict(article.links) == {Link("page", "Jane Austen"): 1, Link("page", "Novel"): 1, Link("site", "a.org"): 1}
    assert (report.pages, report.articles, report.pairs, report.wiki) == (1, 1, 3, None)


def test_the_first_topic_asked_for_is_the_rows_topic(read):
    (article,), _ = read(lines(ROW), topics=("film", "book"))
    assert article.topic == "film"


def test_rows_may_be_packed_and_may_end_without_a_line_break(read):
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
def test_links(read, links, expected, reason):
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
def test_values(read, value, expected, reason):
    (article,), _ = read(lines(["Emma", {"genre": value}, *ROW[2:]]))
    assert [text for _, text in article.facets] == expected, reason
    json.dumps(article.infobox).encode("ascii")
    assert "\u0000" not in "".join(article.infobox.values())


def test_a_row_with_an_impossible_title_is_skipped(read):
    found, report = read(lines(["a\tb", *ROW[1:]], ["x\u0000", *ROW[1:]], ROW))
    assert len(found) == 1
    assert report.skipped == {"bad title": 2}


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b"{", "Expecting property name"),
        (b'["a", {}, [], []', "Expecting"),
        (b'{"title": "a"}', "unpack"),
        (b'["a", {}, []]', "unpack"),
        (b'["a", [], [], [], null, 1]', "items"),
        (b'["a", {}, [1], [], null, 1]', "a wikilink is text, not 1"),
        (b'["a", {}, [], [], "yesterday", 1]', "yesterday"),
        (b"\xff", "utf-8"),
        (b"[" * 100_000, "recursion"),
    ],
)
def test_a_line_that_is_no_record_is_one_clear_error(read, line, reason):
    with pytest.raises(BadRecord, match=f"line 2 of .*rows.ndjson is not a record .*{reason}"):
        read(lines(ROW) + line + b"\n")
