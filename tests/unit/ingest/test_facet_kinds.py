"""Kinds of values that were read wrongly once, in all our languages (facet_kinds.toml)."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingest.article import article_of_page, article_of_row
from ingest.dumps.ndjson import Row
from ingest.dumps.page import Page
from ingest.topics.catalogue import by_infobox, in_language, load_topics
from ingest.wikitext.titles import ENGLISH_NAMESPACES, make_site
from ingest.wikitext.variants import one_variant
from tests.support.growth import assert_linear, repeated

TOPICS = load_topics(["book", "person", "politician", "film", "species", "building"])
INFOBOX = {
    "occupation": "Infobox person",
    "office": "Infobox officeholder",
    "starring": "Infobox film",
    "kingdom": "Taxobox",
    "place": "Infobox building",
}
PARAMETER = {"place": "location", "kingdom": "regnum"}
KINDS = tomllib.loads(Path(__file__).with_name("facet_kinds.toml").read_text(encoding="utf-8"))
ROWS = [(kind, *row) for kind, rows in KINDS.items() for row in rows]


def facet_of(language: str, facet: str, value: str) -> list[str]:
    site = make_site(f"{language}wiki", ENGLISH_NAMESPACES, language=language)
    call = f"{{{{{INFOBOX.get(facet, 'Infobox book')}\n| {PARAMETER.get(facet, facet)} = {value}\n}}}}"
    article = article_of_page(Page(1, 2, None, call), "T", by_infobox(in_language(TOPICS, language)), site)
    assert article is not None
    return [text for name, text in article.facets if name == facet]


@pytest.mark.parametrize(("kind", "language", "facet", "value", "expected"), ROWS)
def test_a_kind_of_value(kind: str, language: str, facet: str, value: str, expected: list[str]) -> None:
    assert facet_of(language, facet, value) == expected, kind


@pytest.mark.parametrize("kind", ["lists", "asides", "series", "phrases", "nothing"])
def test_every_kind_is_tried_in_all_languages(kind: str) -> None:
    languages = {"en", "de", "es", "fr", "hy", "it", "ja", "ko", "nl", "pl", "pt", "ru", "sv", "zh"}
    assert {row[0] for row in KINDS[kind]} == languages


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("Ann A < br > Bob B", ["Ann A", "Bob B"]),
        ("Ann A < br/ > Bob B < BR / > Carl C", ["Ann A", "Bob B", "Carl C"]),
        ("Ann A < ref name= \" x \" >  seen, 2008 < /ref >", ["Ann A"]),
        ("Ann A < !-- the first -- >", ["Ann A"]),
        ("Ann A  < small > (1999) < /small >", ["Ann A"]),
        ("Ann A\n | followed_by   = Bob B", ["Ann A"]),
        ("Ann& nbsp;A & Bob B", ["Ann A", "Bob B"]),
        ("Ann < 2 > Bob", ["Ann < 2 > Bob"]),
    ],
)  # fmt: skip
def test_the_spaced_markup_of_a_row(value: str, expected: list[str]) -> None:
    row = Row("T", {"name": "T", "author": value}, [], [], datetime(2018, 9, 1, tzinfo=UTC), 1)
    article = article_of_row(row, TOPICS[0])
    assert article is not None
    assert [text for name, text in article.facets if name == "author"] == expected


@pytest.mark.parametrize("piece", ["-{", "}-", "-{a|", "-{zh:", "-{;", "-{a}-", "-{zh-a:"])
def test_no_variant_hangs_the_reader(piece: str) -> None:
    assert_linear(one_variant, repeated("", piece, ""), 20_000)
