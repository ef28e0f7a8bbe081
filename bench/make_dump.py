"""Make up a MediaWiki dump of any size, with a given share of its bytes in book articles and the rest in other pages.

    python -m bench.make_dump OUT.xml.bz2 --megabytes 50 --book-share 0.004 [--seed 0] [--multistream]

The shape is about that of the English Wikipedia (export schema 0.11): 46 of 100 pages are redirects, and 26 lie in
other namespaces. Words and link targets follow Zipf's law, and bz2 packs the dump to a quarter. The same seed makes the
same bytes, and memory is flat. Expected on one core: 6 MB of XML per second, so 1 GB in 3 minutes; half of that is bz2.
"""

import argparse
import bz2
import hashlib
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape

import numpy as np

from bench.made_text import NAMES, YEARS, article, book, day, prose, title_of, words
from ingest.wikitext.titles import ENGLISH_NAMESPACES

Kind = Literal["book", "article", "redirect", "other"]

OTHER_NAMESPACES = (4, 10, 12, 14, 100, 118)  # those that a pages-articles file holds beside the articles
PAGES_PER_STREAM = 100  # Wikipedia's multistream dumps have as many.


class Page(NamedTuple):
    """A page of the dump: its kind, its title with the namespace's prefix, and its XML from <page> to </page>."""

    kind: Kind
    title: str
    xml: bytes


def pages(megabytes: float, book_share: float, seed: int = 0) -> Iterator[Page]:
    """Make pages until their XML has `megabytes` million bytes, the share `book_share` of them in book articles."""
    random = Random(seed)
    written = books = number = 0
    while written < megabytes * 1e6:
        number += 1
        kind = "book" if books < book_share * written else _kind(random, number)
        page = _page(random, kind, number)
        written += len(page.xml)
        books += len(page.xml) * (kind == "book")
        yield page


def write(out: Path, made: Iterator[Page], multistream: bool = False) -> None:
    """Write a dump, plain if `out` ends in .xml and else packed; `multistream` makes a stream of every 100 pages."""
    packed = out.suffix == ".bz2" and not multistream
    with bz2.open(out, "wb") if packed else out.open("wb") as file:
        for piece in chain([head()], groups(page.xml for page in made), [b"</mediawiki>\n"]):
            file.write(bz2.compress(piece) if multistream else piece)


def main() -> None:
    """Write a dump as the command line asks."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("out", type=Path, help="a file named *.xml or *.xml.bz2")
    parser.add_argument("--megabytes", type=float, default=50, help="size of the XML, unpacked")
    parser.add_argument("--book-share", type=float, default=0.004, help="share of the bytes in books, from 0 to 1")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--multistream", action="store_true", help="a bz2 stream for every 100 pages")
    options = parser.parse_args()
    if not options.out.name.endswith(".xml.bz2" if options.multistream else (".xml", ".xml.bz2")):
        parser.error("OUT must end in .xml.bz2, or in .xml where --multistream is not given")
    write(options.out, pages(options.megabytes, options.book_share, options.seed), options.multistream)


def groups(xml: Iterator[bytes]) -> Iterator[bytes]:
    """Join the XML of the pages of each stream."""
    while group := b"".join(islice(xml, PAGES_PER_STREAM)):
        yield group


def head() -> bytes:
    """What stands before the first page."""
    spaces = "".join(
        f'      <namespace key="{number}" case="first-letter"{f">{name}</namespace>" if name else " />"}\n'
        for number, name in ENGLISH_NAMESPACES.items()
    )
    return f"""<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>enwiki</dbname>
    <base>https://en.wikipedia.org/wiki/Main_Page</base>
    <generator>MediaWiki 1.46.0</generator>
    <case>first-letter</case>
    <namespaces>
{spaces}    </namespaces>
  </siteinfo>
""".encode()


def _kind(random: Random, number: int) -> Kind:
    """Choose what the page is, other than a book. A redirect leads to a page before it, so the first page is none."""
    draw = random.random() * (number > 1)
    return "article" if draw < 0.28 else "redirect" if draw < 0.74 else "other"


def _page(random: Random, kind: Kind, number: int) -> Page:
    title = title_of(number)
    if kind == "redirect":
        target = title_of(random.randrange(1, number))
        tag = f'\n    <redirect title="{escape(target)}" />'
        return Page(
            kind, title, xml_of(random, number, 0, title, tag, f"#REDIRECT [[{target}]]\n\n{{{{R from move}}}}")
        )
    if kind == "other":
        namespace = random.choice(OTHER_NAMESPACES)
        title = f"{ENGLISH_NAMESPACES[namespace]}:{title}"
        return Page(kind, title, xml_of(random, number, namespace, title, "", prose(random, random.randrange(1, 5))))
    text = book(random, title) if kind == "book" else article(random, title)
    return Page(kind, title, xml_of(random, number, 0, title, "", text))


def xml_of(random: Random, number: int, namespace: int, title: str, redirect: str, text: str) -> bytes:
    """The XML of a page, from <page> to </page>."""
    raw = text.encode()
    sha1 = np.base_repr(int(hashlib.sha1(raw, usedforsecurity=False).hexdigest(), 16), 36).lower().zfill(31)
    user, revision = random.randrange(1, 50_000), random.randrange(10**8, 10**9)
    return f"""  <page>
    <title>{escape(title)}</title>
    <ns>{namespace}</ns>
    <id>{number}</id>{redirect}
    <revision>
      <id>{revision}</id>
      <parentid>{revision - random.randrange(1, 10**7)}</parentid>
      <timestamp>{random.choice(YEARS[-20:])}-{day(random)}T03:14:{random.randrange(10, 60)}Z</timestamp>
      <contributor>
        <username>{NAMES[user % len(NAMES)].capitalize()}</username>
        <id>{user}</id>
      </contributor>
      <comment>/* {words(random, 1)} */ {words(random, 3)}</comment>
      <origin>{revision}</origin>
      <model>wikitext</model>
      <format>text/x-wiki</format>
      <text bytes="{len(raw)}" sha1="{sha1}" xml:space="preserve">{escape(text, {'"': "&quot;"})}</text>
      <sha1>{sha1}</sha1>
    </revision>
  </page>
""".encode()


if __name__ == "__main__":
    main()
