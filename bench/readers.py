"""The ways to read a dump that ingest.py compares; `python -m bench.readers WAY DUMP.xml.bz2` measures one once.

Each takes the path and gives the articles that call Infobox book. They are written here for the comparison.
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
from ingest.dumps.pages import open_dump
from ingest.extract import records
from ingest.report import Report
from ingest.topics.catalogue import load_topics
from ingest.wikitext.scan import link_sites
from ingest.wikitext.sites import read_site
from ingest.wikitext.titles import MAIN, read_title


class Found(NamedTuple):
    """A page that calls Infobox book: its title, and what its links point at, as written."""

    title: str
    targets: list[str]
    addresses: list[str]


class PageHandler(handler.ContentHandler):
    """Hands the title and the text of each page on at the page's end."""

    def __init__(self, take: Callable[[tuple[str, str]], None]) -> None:
        super().__init__()
        self.take = take
        self.fields: dict[str, str] = {}
        self.pieces: list[str] = []

    def startElement(self, name: str, attrs: AttributesImpl) -> None:  # noqa: N802
        """Collect anew."""
        self.pieces = []

    def characters(self, content: str) -> None:
        """Collect a piece: the parser breaks text at every line and entity."""
        self.pieces.append(content)

    def endElement(self, name: str) -> None:  # noqa: N802
        """Join the pieces with nothing between."""
        if name in ("title", "text"):
            self.fields[name] = "".join(self.pieces)
        elif name == "page":
            self.take((self.fields["title"], self.fields["text"]))


def unpack(path: Path) -> Iterator[Found]:
    """Unpack and look at nothing."""
    with bz2.open(path) as file:
        while file.read(1 << 20):
            pass
    yield from ()


def tutorial(path: Path) -> Iterator[Found]:
    """The well-known tutorial's way: SAX fed line by line, every page to mwparserfromhell."""
    pages: list[tuple[str, str]] = []
    parser = expatreader.create_parser()
    parser.setContentHandler(PageHandler(pages.append))
    with bz2.open(path) as lines:
        for line in lines:
            parser.feed(line)
            while pages:
                yield from by_mwparserfromhell(*pages.pop())


def mwxml_mwparserfromhell(path: Path) -> Iterator[Found]:
    """Libraries only; every page to mwparserfromhell."""
    for title, text in by_mwxml(path):
        yield from by_mwparserfromhell(title, text)


def mwxml_wikitextparser(path: Path) -> Iterator[Found]:
    """Libraries only; every page to wikitextparser, which parses what it is asked for."""
    import wikitextparser  # type: ignore[import-not-found,unused-ignore]

    for title, text in by_mwxml(path):
        page = wikitextparser.parse(text)
        if any("infobox book" in template.name.lower() for template in page.templates):
            targets = [link.title for link in page.wikilinks]
            yield Found(title, targets, [link.url for link in page.external_links])


def ours(path: Path) -> Iterator[Article]:
    """Wikishelf's, up to the database."""
    for source in find_sources([path]):
        for record in records(source, load_topics(), Report(str(path))):
            if isinstance(record, Article):
                yield record


def by_mwxml(path: Path) -> Iterator[tuple[str, str]]:
    """Titles and texts."""
    import mwxml  # type: ignore[import-not-found,unused-ignore]

    with bz2.open(path) as file:
        for page in mwxml.Dump.from_file(file):
            for revision in page:
                yield page.title, revision.text or ""


def by_mwparserfromhell(title: str, text: str) -> Iterator[Found]:
    """Parse a page; its links if it calls Infobox book."""
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
    """Article, kind of link and link; every way's titles and links by our rules."""
    report = Report(str(path))
    (source,) = find_sources([path])
    site, _ = open_dump(source, read_chunks(source, report), report)
    for one in found:
        title = read_title(one.title, site)
        if isinstance(one, Article):
            yield from ((one.title, *link) for link in one.links)
        elif title and title.namespace == MAIN:
            hosts = link_sites("\n".join(one.addresses))
            yield from ((title.name, *link) for link in count_links(one.targets, hosts, title.name, site))


def cpu_seconds() -> float:
    """User and system, of this process and of those it started."""
    usages = map(resource.getrusage, (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


def main() -> None:
    """Print the CPU seconds, without those of the imports, and the pairs, as JSON."""
    way, path = sys.argv[1], Path(sys.argv[2])
    for library in set(way.split("_")) & {"mwxml", "wikitextparser"}:
        importlib.import_module(library)
    read_site("example.org")  # loads the list of public suffixes: 0.1 s once, whatever the dump's size
    before = cpu_seconds()
    found = list(WAYS[way](path))
    seconds = cpu_seconds() - before
    json.dump({"seconds": seconds, "pairs": list(pairs(found, path))}, sys.stdout)


if __name__ == "__main__":
    main()
