"""Write pages as a MediaWiki export (schema 0.11), packed as multistream bz2 in the way of Wikimedia's dumps."""

import bz2
from collections import defaultdict
from collections.abc import Iterator, Sequence
from hashlib import sha1
from pathlib import Path
from typing import NamedTuple
from xml.sax.saxutils import escape, quoteattr

from db.errors import WikishelfError
from db.importing.records import Redirect
from sample.tables import Record
from sample.wikitext import write_article

PAGES_PER_STREAM = 100  # as in Wikimedia's dumps

NAMESPACES = {
    -2: "Media", -1: "Special", 0: "", 1: "Talk", 2: "User", 3: "User talk", 4: "Wikipedia", 5: "Wikipedia talk",
    6: "File", 7: "File talk", 8: "MediaWiki", 9: "MediaWiki talk", 10: "Template", 11: "Template talk", 12: "Help",
    13: "Help talk", 14: "Category", 15: "Category talk", 100: "Portal", 101: "Portal talk", 118: "Draft",
    119: "Draft talk", 710: "TimedText", 711: "TimedText talk", 828: "Module", 829: "Module talk",
}  # fmt: skip

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" \
xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" \
xsi:schemaLocation="http://www.mediawiki.org/xml/export-0.11/ http://www.mediawiki.org/xml/export-0.11.xsd" \
version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Wikishelf sample</sitename>
    <dbname>samplewiki</dbname>
    <base>https://sample.example/wiki/Main_Page</base>
    <generator>Wikishelf</generator>
    <case>first-letter</case>
    <namespaces>
{namespaces}
    </namespaces>
  </siteinfo>
"""
PAGE = """  <page>
    <title>{title}</title>
    <ns>{namespace}</ns>
    <id>{page_id}</id>{redirect}
    <revision>
      <id>{revision_id}</id>
      <timestamp>2025-01-01T{hour:02}:{minute:02}:00Z</timestamp>
      <contributor>
        <username>Wikishelf</username>
        <id>1</id>
      </contributor>
      <model>wikitext</model>
      <format>text/x-wiki</format>
      <text bytes="{size}" sha1="{checksum}" xml:space="preserve">{text}</text>
      <sha1>{checksum}</sha1>
    </revision>
  </page>
"""
TAIL = "</mediawiki>\n"


class SampleNotWritten(WikishelfError):
    """cannot write the sample to {path}: {reason}; name a file in a folder that exists"""


class Page(NamedTuple):
    """One page of the wiki; `redirect` is the title that it leads to, or None."""

    namespace: int
    title: str
    text: str
    redirect: str | None = None


# These pages are neither books nor films, though most of them look like one.
OTHER_PAGES = (
    Page(
        0, "Middle-earth", "'''Middle-earth''' is the setting of [[The Hobbit]] and [[The Silmarillion]]; no infobox."
    ),
    Page(
        0, "The Chronicles of Narnia", "{{Infobox book series\n| name = The Chronicles of Narnia\n}}\n[[C. S. Lewis]]"
    ),
    Page(0, "Infobox", "<nowiki>{{Infobox book}}</nowiki> <!-- {{Infobox film}} --> are written in [[wikitext]]."),
    Page(10, "Template:Infobox book", "<includeonly>{{{name}}}</includeonly><noinclude>{{Infobox book}}</noinclude>"),
    Page(10, "Template:Infobox novel", "#REDIRECT [[Template:Infobox book]]", redirect="Template:Infobox book"),
    Page(12, "Help:Sample", "Facts about [[The Hobbit]] and other works, written for this project."),
    Page(14, "Category:Middle-earth books", "Books about [[Middle-earth]]. [[Category:Fantasy books]]"),
    Page(118, "Draft:An unfinished book", "{{Infobox book\n| name = An unfinished book\n}}\n[[The Hobbit]]"),
)


def make_pages(records: Sequence[Record], redirects: Sequence[Redirect]) -> list[Page]:
    """Return the articles, the redirects and the pages that are neither, in this order."""
    aliases: defaultdict[str, list[str]] = defaultdict(list)
    for title, target in resolve(redirects):
        aliases[target].append(title)
    articles = [Page(0, record.title, write_article(record, aliases)) for record in records]
    return [*articles, *map(redirect_page, redirects), *OTHER_PAGES]


def resolve(redirects: Sequence[Redirect]) -> list[Redirect]:
    """Follow every redirect to the page at the end, without its section."""
    targets = {title: target.partition("#")[0] for title, target in redirects}

    def end(title: str) -> str:
        return end(targets[title]) if title in targets else title

    return [Redirect(title, end(title)) for title in targets]


def redirect_page(redirect: Redirect) -> Page:
    """Write a redirect as MediaWiki does; the export names its target without the section."""
    return Page(0, redirect.title, f"#REDIRECT [[{redirect.target}]]", redirect.target.partition("#")[0])


def page_xml(page: Page, page_id: int) -> str:
    """Write one page element; everything that the page does not hold follows from its id."""
    return PAGE.format(
        title=escape(page.title),
        namespace=page.namespace,
        page_id=page_id,
        redirect=f"\n    <redirect title={quoteattr(page.redirect)} />" if page.redirect else "",
        revision_id=10_000 + page_id,
        hour=page_id // 60 % 24,
        minute=page_id % 60,
        size=len(page.text.encode()),
        checksum=checksum(page.text),
        text=escape(page.text),
    )


def checksum(text: str) -> str:
    """Write the SHA-1 as MediaWiki does: 31 digits of base 36."""
    number, digits = int(sha1(text.encode()).hexdigest(), 16), ""
    for _ in range(31):
        number, digit = divmod(number, 36)
        digits = "0123456789abcdefghijklmnopqrstuvwxyz"[digit] + digits
    return digits


def head_xml() -> str:
    """Write the opening of the export, with the namespaces by their ids in the English Wikipedia."""
    rows = (
        f'      <namespace key="{key}" case="first-letter" />'
        if not name
        else f'      <namespace key="{key}" case="first-letter">{name}</namespace>'
        for key, name in NAMESPACES.items()
    )
    return HEAD.format(namespaces="\n".join(rows))


def streams(pages: Sequence[Page]) -> Iterator[str]:
    """Cut the export into parts, each of which is packed on its own: the head, 100 pages at a time, and the tail."""
    elements = [page_xml(page, number) for number, page in enumerate(pages, start=1)]
    yield head_xml()
    for start in range(0, len(elements), PAGES_PER_STREAM):
        yield "".join(elements[start : start + PAGES_PER_STREAM])
    yield TAIL


def write_export(path: Path, pages: Sequence[Page]) -> None:
    """Write the pages as one multistream bz2 file.

    Raises
    ------
    SampleNotWritten
        The file cannot be written.
    """
    packed = b"".join(bz2.compress(stream.encode()) for stream in streams(pages))
    try:
        path.write_bytes(packed)
    except OSError as error:
        raise SampleNotWritten(path=path, reason=error.strerror) from error
