"""External addresses to sites."""

import pytest

from ingest.wikitext.sites import read_site


@pytest.mark.parametrize(
    ("authority", "expected", "reason"),
    [
        ("en.wikipedia.org", "wikipedia.org", "a label below an ordinary suffix"),
        ("www.bbc.co.uk", "bbc.co.uk", "a suffix of two labels"),
        ("news.bbc.co.uk", "bbc.co.uk", "the same site"),
        ("foo.github.io", "foo.github.io", "a suffix under which other people's sites stand"),
        ("github.io", "github.io", "nothing but a suffix"),
        ("www.city.kawasaki.jp", "city.kawasaki.jp", "an exception of the list"),
        ("WWW.Example.COM:8080", "example.com", "case and port"),
        ("user:secret@example.com", "example.com", "a user"),
        ("example.com.", "example.com", "the root's dot"),
        ("example.com,", "example.com", "punctuation behind the address"),
        ("192.168.1.10:80", "192.168.1.10", "an IP address"),
        ("www.bücher.example.de", "example.de", "another alphabet below"),
        ("www.bücher.de", "bücher.de", "stays in its alphabet"),
        ("www.xn--bcher-kva.de", "xn--bcher-kva.de", "and in its code"),
        ("www.пример.рф", "пример.рф", "a suffix in another alphabet"),
        ("a.b.nosuchsuffix", "b.nosuchsuffix", "an unknown suffix has one label"),
        ("localhost", None, "not a host of the open network"),
        ("", None, "nothing"),
        ("a..b", "a..b", "broken names stay"),
    ],
)
def test_sites(authority: str, expected: str | None, reason: str) -> None:
    assert read_site(authority) == expected, reason


@pytest.mark.parametrize(
    ("authority", "expected"),
    [
        ("." * 100_000, None),
        ("a." * 50_000, None),
        ("-" * 300 + ".com", None),
        ("\udcff.com", None),
        ("a\x00.com", None),
        ("%00.com", "%00.com"),
    ],
)
def test_no_host_breaks_the_tables(authority: str, expected: str | None) -> None:
    assert read_site(authority) == expected
