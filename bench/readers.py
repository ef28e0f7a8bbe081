"""The ways to read a dump that ingest.py compares; `python -m bench.readers WAY DUMP.xml.bz2` measures one of them.

Each takes the path of a dump and gives the articles that call Infobox book. All but ours are written to be compared.
"""

import bz2
import importlib
import json
import resource
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.sax import expatreader, handler
from xml.sax.xmlreader import AttributesImpl

import mwparserfromhell

from db.importing.records import Article
from ingest.article import count_links
from ingest.dumps.files import find_sources, read_chunks
from ingest.dumps.pages import read_head
from ingest.extract import extract
from ingest.topics.catalogue import load_topics
from ingest.wikitext.scan import link_sites
from ingest.wikitext.sites import read_site
from ingest.wikitext.titles import MAIN, read_title


class Found(NamedTuple):
    """A page that calls Infobox book: its title, and the targets and addresses of its links, as written."""

    title: str
    targets: list[str]
    addresses: list[str]


class PageHandler(handler.ContentHandler):
    """Hands on the title and the text of each page, at the end of the page."""

    def __init__(self, take: Callable[[tuple[str, str]], None]) -> None:
        super().__init__()
        self.take = take
        self.fields: dict[str, str] = {}
        self.pieces: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        """Start to collect the text of an element."""
        self.pieces = []

    def characters(self, content: str) -> None:
        """Collect a piece of text; the parser breaks it at every line and entity."""
        self.pieces.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        """Join the pieces, with nothing between them."""
        if name in ("title", "text"):
            self.fields[name] = "".join(self.pieces)
        elif name == "page":
            self.take((self.fields["title"], self.fields["text"]))


def unpack(path: Path) -> Iterator[Found]:
    """Unpack the dump without looking at it."""
    with bz2.open(path) as file:
        while file.read(1 << 20):
            pass
    yield from ()


def tutorial(path: Path) -> Iterator[Found]:
    """The way of the well-known tutorial: SAX is fed line by line, and mwparserfromhell gets every page."""
    pages: list[tuple[str, str]] = []
    parser = expatreader.create_parser()
    parser.setContentHandler(PageHandler(pages.append))
    with bz2.open(path) as lines:
        for line in lines:
            parser.feed(line)
            while pages:
                yield from by_mwparserfromhell(*pages.pop())


def mwxml_mwparserfromhell(path: Path) -> Iterator[Found]:
    """Libraries only: mwxml, and mwparserfromhell gets every page."""
    for title, text in by_mwxml(path):
        yield from by_mwparserfromhell(title, text)


def mwxml_wikitextparser(path: Path) -> Iterator[Found]:
    """Libraries only: mwxml, and wikitextparser gets every page; it parses only what it is asked for."""
    import wikitextparser  # type: ignore[import-not-found,unused-ignore]

    for title, text in by_mwxml(path):
        page = wikitextparser.parse(text)
        if any("infobox book" in template.name.lower() for template in page.templates):
            targets = [link.title for link in page.wikilinks]
            yield Found(title, targets, [link.url for link in page.external_links])


def ours(path: Path) -> Iterator[Article]:
    """The way of Wikishelf, without the database."""
    for source in find_sources([path]):
        found, _ = extract(source, load_topics())
        yield from (one for one in found if isinstance(one, Article))


def by_mwxml(path: Path) -> Iterator[tuple[str, str]]:
    """Read the titles and texts of all pages."""
    import mwxml  # type: ignore[import-not-found,unused-ignore]

    with bz2.open(path) as file:
        for page in mwxml.Dump.from_file(file):
            for revision in page:
                yield page.title, revision.text or ""


def by_mwparserfromhell(title: str, text: str) -> Iterator[Found]:
    """Parse a page, and give its links if it calls Infobox book."""
    page = mwparserfromhell.parse(text)
    if page.filter_templates(matches="Infobox book"):
        targets = [link.title.strip_code() for link in page.filter_wikilinks()]
        yield Found(title, targets, [str(link.url) for link in page.filter_external_links()])


WAYS: dict[str, Callable[[Path], Iterable[Article | Found]]] = {
    "unpack": unpack,
    "tutorial": tutorial,
    "mwxml_mwparserfromhell": mwxml_mwparserfromhell,
    "mwxml_wikitextparser": mwxml_wikitextparser,
    "ours": ours,
}


def pairs(found: Iterable[Article | Found], path: Path) -> Iterator[tuple[str, str, str]]:
    """The article, the kind of link and the link of each pair; titles and links of every way follow our rules."""
    (source,) = find_sources([path])
    head, _ = read_head(path, read_chunks(source))
    for one in found:
        title = read_title(one.title, head.site)
        if isinstance(one, Article):
            yield from ((one.title, *link) for link in one.links)
        elif title and title.namespace == MAIN:
            sites = link_sites("\n".join(one.addresses))
            yield from ((title.name, *link) for link in count_links(one.targets, sites, title.name, head.site))


def cpu_seconds() -> float:
    """User and system time of this process and of those that it started."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    """Print as JSON the CPU seconds, without those of the imports, and the pairs."""
    way, path = sys.argv[1], Path(sys.argv[2])
    for library in set(way.split("_")) & {"mwxml", "wikitextparser"}:
        importlib.import_module(library)
    read_site("example.org")  # to load the list of public suffixes takes 0.1 s once, whatever the size of the dump
    before = cpu_seconds()
    found = list(WAYS[way](path))
    seconds = cpu_seconds() - before
    json.dump({"seconds": seconds, "pairs": list(pairs(found, path))}, sys.stdout)


if __name__ == "__main__":
    main()
