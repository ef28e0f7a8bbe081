"""The links of raw XML, beside those that scan.py and titles.py find in the same text: the fast way gives the same."""

import sys
from xml.sax.saxutils import escape

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from db.importing.title_hashes import title_hashes
from ingest.dumps.page import text_in_xml
from ingest.dumps.pages import RawPage
from ingest.wikitext import raw_links
from ingest.wikitext.raw_links import raw_targets, target_hashes
from ingest.wikitext.scan import link_targets, live
from ingest.wikitext.titles import ENGLISH_SITE, MAIN, Site, read_title, upper_first
from tests.support.growth import assert_linear
from tests.unit.ingest.test_properties import MANY_DIGITS, SITES, odd_titles, odd_wikitexts, some


def in_xml(text: str) -> str:
    return escape(text, {'"': "&quot;"}).encode().decode("latin-1")


def is_in_xml(text: str) -> bool:
    """XML has no NUL and no half of a surrogate pair."""
    return "\0" not in text and not any("\ud800" <= one <= "\udfff" for one in text)


def hash_of(title: str) -> int:
    return int(title_hashes([title])[0])


def expected(target: str, site: Site) -> int:
    title = read_title(target, site)
    return hash_of(title.name) if title and title.namespace == MAIN else 0


def is_refused(target: str, site: Site) -> bool:
    return read_title(target, site) is None


TARGETS = [
    *(
        "Novel",
        "novel",
        "science_fiction",
        " Dune  (novel)",
        "Dune_",
        "_",
        "",
        "éclair",
        "e\u0301clair",
        "i\u0307stanbul",
    ),
    *(
        "ßeta",
        "Foo#Bar",
        "#Bar",
        "Caf%C3%A9",
        "AT&amp;T",
        "AT&T",
        "A&nbsp;B",
        "A\u00a0B",
        "\u200eA",
        "東京",
        "東京\u3000都",
    ),
    *("Category:X", ":Category:X", "category :x", "File:A.jpg", "fr:Livre", ":fr:Livre", "2001: A Space Odyssey"),
    *("wikt:novel", "Wikipedia:X", "ımage:x", 'He said "no"', "толстой", "ǆ", "ﬁ", "ｘ", "ა", "a" * 300, "é" * 300),
]


@pytest.mark.parametrize("site", SITES)
def test_many_at_once_as_each_alone(site: Site) -> None:
    hashes = target_hashes(list(map(in_xml, TARGETS)), site).tolist()
    differ = [
        target for target, found in zip(TARGETS, hashes, strict=True)
        if found != expected(target, site) and not is_refused(target, site)
    ]  # fmt: skip
    assert differ == []
    assert hashes.count(0) >= 8


def test_no_target_at_all() -> None:
    assert target_hashes([], ENGLISH_SITE).tolist() == []


@some
@given(st.lists(odd_titles, max_size=6), st.sampled_from(SITES))
@example(["\u0301", "x"], ENGLISH_SITE)
def test_any_targets(targets: list[str], site: Site) -> None:
    targets = [one for one in targets if is_in_xml(one) and len(one) < 1_000]
    for target, found in zip(targets, target_hashes(list(map(in_xml, targets)), site).tolist(), strict=True):
        assert found == expected(target, site) or is_refused(target, site), target


@some
@given(odd_wikitexts)
@example("[[[A]] [[[[B]]")
@example("[[A|[[B]]]] [[C|x]y]] [[D|[x]]] [[E|]]] [[F{{!}}g]] [[H|i\nj]] [[K\nl]]")
@example("<nowiki>[[A]] <nowiki /> [[B]] <!-- [[C]] --> [[D<!-- e -->]] <ref name=x>[[F]]</ref> <includeonly>[[G]]")
def test_any_wikitext(text: str) -> None:
    assume(is_in_xml(text) and MANY_DIGITS not in text)
    there = {expected(target, ENGLISH_SITE) for target in link_targets(live(text))}
    found = set(target_hashes(sorted(raw_targets(in_xml(text))), ENGLISH_SITE).tolist())
    assert there - found <= {0}
    refused = {target for target in link_targets(live(text)) if is_refused(target, ENGLISH_SITE)}
    assert len(found - there) <= len(refused)


def test_every_letter_that_has_a_capital_is_known_by_its_first_byte() -> None:
    cased = [chr(code) for code in range(sys.maxunicode + 1) if not 0xD800 <= code < 0xE000]
    cased = [letter for letter in cased if upper_first(letter) != letter]
    assert len(cased) > 1_000
    assert {letter for letter in cased if not letter.isascii() and not raw_links._CASED[letter.encode()[0]]} == set()


TEXTS = {
    "<text>A [[B]]</text><sha1/>": "A [[B]]",
    "<comment>[[No]]</comment><text bytes='1'>[[B]] > &lt;</text>": "[[B]] &gt; &lt;",
    "<text>a <!-- an XML comment --> b</text>": "a  b",
    "<text>old</text></revision><revision><text>new</text>": "new",
    "<text>old</text></revision><revision><text deleted='deleted' />": "",
    "<text />": "",
    "": "",
}


@pytest.mark.parametrize("xml", TEXTS)
def test_the_text_as_the_xml_has_it(xml: str) -> None:
    assert text_in_xml(RawPage(0, f"<page><revision>{xml}</revision></page>".encode())) == TEXTS[xml]


@pytest.mark.parametrize(
    "piece", ["[[", "[[a|", "[[a|b]", "[[a]] ", "&lt;!--", "&lt;nowiki&gt;", "&lt;nowiki ", "[", "[[a|[b"]
)
def test_the_time_grows_as_the_text(piece: str) -> None:
    assert_linear(raw_targets, lambda size: piece * (size // len(piece)), 40_000, 0.001)
