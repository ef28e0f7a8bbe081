"""Addresses of pages in the wiki that a dump came from."""

import pytest

from db.wikis import page_address


@pytest.mark.parametrize(
    ("wiki", "title", "address"),
    [
        ("enwiki", "War and Peace", "https://en.wikipedia.org/wiki/War_and_Peace"),
        ("frwiki", "Les Misérables", "https://fr.wikipedia.org/wiki/Les_Mis%C3%A9rables"),
        ("simplewiki", "AC/DC", "https://simple.wikipedia.org/wiki/AC/DC"),
        ("zh_min_nanwiki", "A", "https://zh-min-nan.wikipedia.org/wiki/A"),
        ("dewikisource", "Faust", "https://de.wikisource.org/wiki/Faust"),
        ("enwiki", "What's Up, Doc?", "https://en.wikipedia.org/wiki/What%27s_Up,_Doc%3F"),
        ("enwiki", 'C# "x" <b>&', "https://en.wikipedia.org/wiki/C%23_%22x%22_%3Cb%3E%26"),
        ("enwiki", "Category:Novels", "https://en.wikipedia.org/wiki/Category:Novels"),
    ],
)
def test_the_address_of_a_page(wiki: str, title: str, address: str) -> None:
    assert page_address(wiki, title) == address


@pytest.mark.parametrize(
    "wiki", [None, "", "samplewiki", "commonswiki", "wikidatawiki", "metawiki", "wiki", "evil.org/wiki"]
)
def test_other_wikis_have_none(wiki: str | None) -> None:
    assert page_address(wiki, "A") is None
