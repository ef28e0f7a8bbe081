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
        ("192.168.1.10:80", "192.168.1.10", "an IP address is no name"),
        ("www.bücher.example.de", "example.de", "another alphabet below"),
        ("www.bücher.de", "bücher.de", "stays in its alphabet"),
        ("www.xn--bcher-kva.de", "xn--bcher-kva.de", "and in its code"),
        ("www.пример.рф", "пример.рф", "a suffix in another alphabet"),
        ("a.b.nosuchsuffix", "b.nosuchsuffix", "an unknown suffix has one label"),
        ("localhost", None, "no host of the open network"),
        ("", None, "nothing"),
        ("a..b", "a..b", "broken names stay"),
    ],
)
def test_sites(authority, expected, reason):
    assert read_site(authority) == expected, reason


@pytest.mark.parametrize("text", ["." * 100_000, "a." * 50_000, "-" * 300 + ".com", "\udcff.com", "%00.com"])
def test_no_host_breaks_it(text):
    assert isinstance(read_site(text), str | None)
