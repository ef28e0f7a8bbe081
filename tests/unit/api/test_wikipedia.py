"""Addresses of titles."""

import pytest

from api.wikipedia import address


@pytest.mark.parametrize(
    ("wiki", "title", "expected"),
    [
        ("enwiki", "War and Peace", "https://en.wikipedia.org/wiki/War_and_Peace"),
        ("samplewiki", "Dracula", "https://en.wikipedia.org/wiki/Dracula"),
        ("zh_min_nanwiki", "A", "https://zh-min-nan.wikipedia.org/wiki/A"),
        ("frwikisource", "A", "https://fr.wikisource.org/wiki/A"),
        ("simplewiki", "AC/DC", "https://simple.wikipedia.org/wiki/AC/DC"),
        ("enwiki", "100% ?&#<i>'\"", "https://en.wikipedia.org/wiki/100%25_%3F%26%23%3Ci%3E%27%22"),
        ("jawiki", "戦争", "https://ja.wikipedia.org/wiki/%E6%88%A6%E4%BA%89"),
        ("commonswiki", "A", None),
        ("x.evil.example/wiki", "A", None),
        (None, "A", None),
    ],
)
def test_pages(wiki: str | None, title: str, expected: str | None) -> None:
    assert address(wiki, title) == expected


def test_categories_and_sites() -> None:
    assert address("dewiki", "1869 books", "category") == "https://de.wikipedia.org/wiki/Category:1869_books"
    assert address(None, "archive.org", "site") == "https://archive.org/"
    assert address(None, "bücher.example:8080", "site") == "https://bücher.example:8080/"
    for host in ("evil.example/@archive.org", "user@evil.example", 'a"onclick="b', "a b", "java\nscript", ""):
        assert address("enwiki", host, "site") is None
