"""The section "See also": which links stand in it, in any language."""

import bz2
import gzip
import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from db.importing.records import Article, Link
from ingest.article import article_of_page
from ingest.dumps.page import Page
from ingest.topics.catalogue import by_infobox, languages, load_topics
from ingest.wikitext.scan import link_targets, live, without_refs
from ingest.wikitext.sections import see_also_names, see_also_targets
from ingest.wikitext.titles import ENGLISH_SITE
from tests.conftest import ROOT

NAMES = tomllib.loads((ROOT / "ingest" / "wikitext" / "see_also.toml").read_text(encoding="utf-8"))


def related(text: str, language: str = "en") -> list[str]:
    return list(see_also_targets(text, language))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[[A]]\n== See also ==\n* [[B]]\n* [[C|c]]\n== References ==\n[[D]]", ["B", "C"]),
        ("==See also==\n[[B]]", ["B"]),
        ("== '''SEE  ALSO''': == \n[[B]]", ["B"]),
        ("==See&nbsp;also==\n[[B]]", ["B"]),
        ("=== See also ===\n[[B]]\n=== See also ===\n[[C]]", ["B", "C"]),
        ("== See also ==\n=== Books ===\n[[B]]", []),
        ("== See also ==\n[[B]]\n=not a heading\n[[C]]\n==\n[[D]]", ["B", "C", "D"]),
        ("== See also ==\n{{columns|\n* [[B]]\n}}", ["B"]),
        ("== See also the film ==\n[[B]]", []),
        ("See also\n[[B]]", []),
        ("x == See also ==\n[[B]]", []),
        ("", []),
        ("==", []),
    ],
)
def test_where_the_section_begins_and_ends(text: str, expected: list[str]) -> None:
    assert related(text) == expected


def test_the_names_are_those_of_the_language_and_english() -> None:
    assert related("== Siehe auch ==\n[[B]]\n== See also ==\n[[C]]", "de") == ["B", "C"]
    assert related("== Siehe auch ==\n[[B]]") == []
    assert related("== 参见 ==\n[[B]]", "zh-hans") == ["B"]
    assert related("== See also ==\n[[B]]", "xyz") == ["B"]


def test_every_language_with_infoboxes_has_names() -> None:
    assert {*languages(), "en"} <= NAMES.keys()
    assert len(NAMES) >= 13
    for language, names in NAMES.items():
        for name in names:
            assert related(f"== {name} ==\n[[B]]", language) == ["B"]


@given(st.text(alphabet="=\n [B]'se also", max_size=60), st.sampled_from(["", "== See also ==\n"]))
def test_any_text_gives_links_that_it_has(text: str, before: str) -> None:
    found, known = related(before + text), list(link_targets(before + text))
    assert set(found) <= set(known)


def read(wikitext: str) -> Article:
    page = Page(1, 2, datetime(2020, 1, 2, tzinfo=UTC), wikitext)
    article = article_of_page(page, "T", by_infobox(load_topics(["book"])), ENGLISH_SITE)
    assert article is not None
    return article


def test_an_article_marks_pages_that_it_links_to() -> None:
    article = read(
        "{{Infobox book}} [[A]] [[B]]\n== See also ==\n* [[B#x]]<ref>[[R]]</ref> [[c]] <!-- [[D]] --> [[T]]"
        " [[File:x.jpg]] https://a.org [[:Category:E]]\n[[Category:F]]"
    )
    assert article.see_also == {Link("page", "B"), Link("page", "C"), Link("page", "Category:E")}
    assert article.see_also <= article.links.keys()
    assert read("{{Infobox book}} [[A]]").see_also == frozenset()


@pytest.mark.parametrize(
    ("name", "language", "heading"),
    [
        ("enwiki-2022-wp2txt-testdata_en.xml.bz2", "en", "See also"),
        ("itwiki-small-dump.xml.gz", "it", "Voci correlate"),
        ("jawiki-2022-wp2txt-testdata_ja.xml.bz2", "ja", "関連項目"),
        ("nlwiki-20140927-pages-articles-sample.xml", "nl", "Zie ook"),
    ],
)
def test_real_pages(shared_data: Path, name: str, language: str, heading: str) -> None:
    """On every page that has the heading once, other code finds the same links."""
    path = shared_data / "dumps" / name
    unpacked = {".bz2": bz2.decompress, ".gz": gzip.decompress}.get(path.suffix, bytes)(path.read_bytes())
    pages = unpacked.decode("utf-8", "replace").split("<page>")
    checked = 0
    for page in pages:
        text = without_refs(live(page))
        found = re.findall(rf"^=+ *{heading} *=+[ \t]*\n(.*?)(?=^=+[^=\n]+=+[ \t\x7f]*$|\Z)", text, re.M | re.S | re.I)
        if len(found) == 1:
            assert set(link_targets(found[0])) == set(related(text, language))
            checked += 1
    assert checked >= 5
    assert heading.casefold() in see_also_names(language)
