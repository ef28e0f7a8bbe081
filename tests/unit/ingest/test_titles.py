"""Titles: every spelling of a link ends at one title."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.importing.records import Link
from ingest.wikitext.titles import ENGLISH_NAMESPACES, ENGLISH_SITE, Title, make_site, read_link, read_title
from tests.support.growth import assert_linear, repeated

GERMAN = make_site("dewiki", {0: "", 6: "Datei", 10: "Vorlage", 14: "Kategorie", 100: "Portal"}, language="de")
WIKTIONARY = make_site("enwiktionary", ENGLISH_NAMESPACES, as_written=frozenset({0, 14}))


def page(title: str) -> Link:
    return Link("page", title)


@pytest.mark.parametrize(
    ("target", "expected", "reason"),
    [
        ("novel", page("Novel"), "the first letter is raised"),
        ("Science fiction", page("Science fiction"), "as it stands"),
        ("science fiction", page("Science fiction"), "the first letter is raised"),
        ("Science_fiction", page("Science fiction"), "an underscore is a space"),
        (" science   fiction ", page("Science fiction"), "runs of spaces are one, none at the ends"),
        ("Science\u00a0_ fiction", page("Science fiction"), "a no-break space is a space"),
        ("Science&nbsp;fiction", page("Science fiction"), "also as an entity"),
        ("Science Fiction", page("Science Fiction"), "only the first letter is raised"),
        ("AIDS", page("AIDS"), "one title"),
        ("Aids", page("Aids"), "another title"),
        ("AT&amp;T", page("AT&T"), "an entity"),
        ("AT&T", page("AT&T"), "an ampersand that begins no entity"),
        ("AT%26T", page("AT&T"), "percent-encoding"),
        ("Caf&eacute;", page("Café"), "a named entity"),
        ("Caf&#233;", page("Café"), "a decimal entity"),
        ("Caf&#xE9;", page("Café"), "a hexadecimal entity"),
        ("Caf%C3%A9", page("Café"), "percent-encoded UTF-8"),
        ("Cafe\u0301", page("Café"), "NFC"),
        ("100% Cotton", page("100% Cotton"), "a percent sign that encodes nothing"),
        ("\u200eFoo\u200f", page("Foo"), "marks of direction are removed"),
        ("Conan (books)#Tor", page("Conan (books)"), "the section is cut"),
        ("#Plot", None, "a section of the page itself"),
        ("C#", page("C"), "MediaWiki cuts here too"),
        ("éclair", page("Éclair"), "the first letter is raised beyond ASCII"),
        ("ßtest", page("ßtest"), "not where one letter becomes two"),
        ("თბილისი", page("თბილისი"), "not in Georgian"),
        ("2001: A Space Odyssey", page("2001: A Space Odyssey"), "a colon is not a namespace"),
        ("Star Trek: Picard", page("Star Trek: Picard"), "a colon is not a namespace"),
        ("star Trek :  Picard", page("Star Trek : Picard"), "and stays where it was"),
        ("Foo:", page("Foo:"), "a colon at the end"),
        (":Foo", page("Foo"), "a leading colon"),
        ("Category:1995 books", Link("category", "1995 books"), "membership"),
        ("category: _1995_books", Link("category", "1995 books"), "any case, spaces around the name"),
        ("CATEGORY:horror", Link("category", "Horror"), "the first letter of the name in it is raised"),
        (":Category:X", page("Category:X"), "a link to the category's page"),
        (" : category:x", page("Category:X"), "the same"),
        ("Category:", None, "without a name"),
        (":fr:Y", None, "another language"),
        ("fr:Y", None, "a language link"),
        ("FR:Y", None, "prefixes have no case"),
        ("wikt:foo", None, "another project"),
        ("s:de:Z", None, "another project in another language"),
        ("b:The Wealthy Barber", None, "another project"),
        ("File:X.jpg", None, "a file"),
        ("Image:X.jpg", None, "a file by its old name"),
        ("Media:X.ogg", None, "a file itself"),
        (":File:X.jpg", None, "the page of a file"),
        ("WP:X", None, "an alias of the project's namespace"),
        ("Project:X", None, "another alias"),
        ("Wikipedia:X", None, "the namespace by name"),
        ("Special:X", None, "a special page"),
        ("User talk:X", None, "a talk page"),
        ("user_talk:X", None, "written with an underscore"),
        ("Help:X", None, "help"),
        ("Template:Infobox book", None, "a template"),
        ("Portal:Books", None, "a portal"),
        ("Draft:X", None, "a draft"),
        ("", None, "nothing"),
        (" ", None, "nothing"),
        (":", None, "nothing"),
        ("Bro\nken", None, "a line break"),
        ("Tab\tbed", None, "a tab"),
        ("a<b", None, "an illegal character"),
        ("a[b", None, "an illegal character"),
        ("{{PAGENAME}}", None, "a template"),
        ("%00", None, "a control character"),
        ("Foo%FFbar", None, "no UTF-8"),
        ("&lt;i&gt;", None, "illegal once decoded"),
        ("&bogus;", None, "an entity that nobody knows"),
        ("..", None, "a relative path"),
        ("a/../b", None, "a relative path"),
        ("...And Justice for All", page("...And Justice for All"), "not a path"),
        ("~~~", None, "a signature"),
        ("x" * 255, page("X" + "x" * 254), "the longest title"),
        ("x" * 256, None, "too long"),
        ("é" * 128, None, "256 bytes"),
    ],
)
def test_link_targets(target: str, expected: Link | None, reason: str) -> None:
    assert read_link(target, ENGLISH_SITE) == expected, reason


@pytest.mark.parametrize(
    ("target", "expected", "reason"),
    [
        ("Kategorie:Roman", Link("category", "Roman"), "the wiki's own name"),
        ("Category:Roman", Link("category", "Roman"), "the English name works everywhere"),
        (":Category:Roman", page("Kategorie:Roman"), "one title for both spellings"),
        ("Datei:X.jpg", None, "the wiki's own name"),
        ("Bild:X.jpg", None, "its old name"),
        ("Image:X.jpg", None, "the old English name"),
        ("Draft:X", page("Draft:X"), "this wiki has no such namespace"),
    ],
)
def test_namespaces_come_from_the_site(target: str, expected: Link | None, reason: str) -> None:
    assert read_link(target, GERMAN) == expected, reason


def test_case_rule_comes_from_the_site() -> None:
    assert read_link("novel", WIKTIONARY) == page("novel")
    assert read_link("Category:english nouns", WIKTIONARY) == Link("category", "english nouns")
    assert read_title("user:x", WIKTIONARY) == Title(2, "X"), "a namespace with the other rule"


def test_no_text_hangs_the_titles() -> None:
    """Accents out of order; MediaWiki puts them in order too, in the square of their number."""
    assert_linear(lambda text: read_title(text, ENGLISH_SITE), repeated("a", "\u0315\u0300"), 10_000)


@settings(max_examples=50)
@given(st.text(max_size=40))
def test_a_title_with_underscores_is_the_same_title(text: str) -> None:
    assert read_title(text.replace(" ", "_"), ENGLISH_SITE) == read_title(text, ENGLISH_SITE)
