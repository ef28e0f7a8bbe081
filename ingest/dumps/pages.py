"""Pages of a MediaWiki XML export, cut out of the bytes without an XML parser.

In an export `<` stands only in markup (text has `&lt;`), so a page is what lies between `<page>` and `</page>`; finding
that runs at about 1 GB/s. Only pages that may be articles are given to an XML parser (page.py).
Format: https://www.mediawiki.org/wiki/Help:Export
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from ingest.dumps.files import Source, read_beyond
from ingest.errors import DamagedSource, NotADump, PageTooLong, TruncatedSource, WrongEncoding
from ingest.report import Report
from ingest.wikitext.titles import ENGLISH_SITE, Site, site

LONGEST_PAGE = (
    64_000_000  # bytes of XML; MediaWiki stores 2 MB of wikitext at most, but a full history can be gigabytes
)
LONGEST_HEAD = 4_000_000  # bytes before the first page; a real <siteinfo> has 2 to 20 KB

_OPEN, _CLOSE, _END = b"<page>", b"</page>", b"</mediawiki>"
_MARK = re.compile(rb"</?page>")  # in 3.11 twice as fast as bytes.find of the one and of the other
_MARKUP = rb"(?:\s++|<!--.*?-->|<\?xml[^>]*>|\xef\xbb\xbf)*+"
_START = re.compile(_MARKUP + rb"<(?:mediawiki|page)[\s>]", re.S)
_BETWEEN = re.compile(  # what may stand between two pages: the end and head of joined parts, log items
    _MARKUP[:-3] + rb"|</?mediawiki[^>]*>|<siteinfo>.*?</siteinfo>|<logitem>.*?</logitem>)*+", re.S
)
_BEGUN = re.compile(rb"<page>|<(?:p(?:a(?:ge?)?)?)?$")  # a page, or what may be the start of one
_LANGUAGE = re.compile(rb"<mediawiki[^<>]*\sxml:lang=\"([a-zA-Z-]+)\"")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")
_NARROW = (b"utf-8", b"utf8", b"us-ascii", b"utf-16")  # the last is left over by iconv when the text is UTF-8 by now
_WIDE = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"<\0": "UTF-16LE", b"\0<": "UTF-16BE"}


class RawPage(NamedTuple):
    """The bytes from `<page>` to `</page>` and where they start in the unpacked text."""

    position: int
    content: bytes


def open_dump(
    source: Source, chunks: Iterator[bytes], report: Report, known: Site | None = None
) -> tuple[Site, Iterator[RawPage]]:
    """Read up to the first page: the site, if it is not known, and the pages, which are read as they are asked for.

    Raises
    ------
    NotADump, WrongEncoding, TruncatedSource, DamagedSource, PageTooLong
        Here or while the pages are read; the message names the file and the position.
    """
    head = b""
    for chunk in chunks:
        head += chunk
        if _OPEN in head or len(head) > LONGEST_HEAD:
            break
    _check_head(head, source.path)
    return known or _read_site(head.partition(_OPEN)[0], source.path, report), _cut_pages(head, chunks, source, report)


def open_part(source: Source, chunks: Iterator[bytes], report: Report) -> Iterator[RawPage]:
    """The pages of a part that is not the first: those that start in it; the end of one before it is passed over."""
    head = b""
    for chunk in chunks:
        head += chunk
        start = head.find(_OPEN)
        if start >= 0:
            return _cut_pages(head[start:], chunks, source, report)
        head = head[-len(_OPEN) :]
    return iter(()) if source.stop is None else _page_across(head, 0, source)


def _check_head(head: bytes, path: Path) -> None:
    if head[:2] in _WIDE:
        raise WrongEncoding(path=path, encoding=_WIDE[head[:2]])
    declared = _ENCODING.search(head[:200])
    if declared and declared[1].lower() not in _NARROW:
        raise WrongEncoding(path=path, encoding=declared[1].decode("ascii", "replace"))
    if not _START.match(head):
        raise NotADump(path=path, reason=f"it starts with {head[:20]!r}" if head else "it is empty")
    if len(head) > LONGEST_HEAD and _OPEN not in head:
        raise NotADump(path=path, reason=f"no <page> in its first {LONGEST_HEAD // 1_000_000} MB")


def _read_site(head: bytes, path: Path, report: Report) -> Site:
    """The site from <siteinfo>; a fragment without one is taken as the English Wikipedia, with a warning."""
    start, end = head.find(b"<siteinfo>"), head.find(b"</siteinfo>")
    if start < 0:
        report.warnings.append("no <siteinfo>: English namespaces are assumed")
        return ENGLISH_SITE
    if end < start:
        raise TruncatedSource(path=path, position=len(head), reason="in the middle of the markup")
    try:
        info = ElementTree.fromstring(head[start : end + len(b"</siteinfo>")])
        spaces = {int(space.get("key", 0)): space for space in info.iter("namespace")}
    except (ElementTree.ParseError, ValueError) as error:
        raise DamagedSource(path=path, position=start, reason=f"the <siteinfo> is not well formed: {error}") from None
    case = info.findtext("case", "first-letter")
    as_written = (number for number, space in spaces.items() if space.get("case", case) == "case-sensitive")
    names = {number: space.text or "" for number, space in spaces.items()}
    report.wiki = info.findtext("dbname") or info.findtext("sitename")
    language = _LANGUAGE.search(head, 0, start)
    return site(report.wiki, names, frozenset(as_written), language[1].decode() if language else "en")


def _cut_pages(buffer: bytes, chunks: Iterator[bytes], source: Source, report: Report) -> Iterator[RawPage]:
    """Hold one page and one chunk in memory, never more."""
    offset = done = searched = 0  # the buffer's place in the unpacked text, the end of its last page, what was searched
    start = -1  # of the page that has no end yet
    while True:
        for mark in _MARK.finditer(buffer, searched):
            opens = mark[0] == _OPEN
            if opens == (start >= 0) or (opens and not _BETWEEN.fullmatch(buffer, done, mark.start())):
                # two starts, two ends, or text between pages: a part was cut off and another joined to it
                reason = "the pages do not follow each other"
                raise DamagedSource(path=source.path, position=offset + done, reason=reason)
            if opens:
                start = mark.start()
            else:
                yield RawPage(offset + start, buffer[start : mark.end()])
                done, start = mark.end(), -1
        if len(buffer) - done > LONGEST_PAGE:
            position = offset + max(start, done)
            raise PageTooLong(path=source.path, limit=LONGEST_PAGE // 1_000_000, position=position)
        chunk = next(chunks, None)
        if chunk is None:
            break
        offset, buffer = offset + done, buffer[done:] + chunk
        start, done = max(start - done, -1), 0
        searched = max(start + 1, len(buffer) - len(chunk) - len(_CLOSE))
    if source.stop is None:
        _check_tail(buffer[done:], offset + len(buffer), source.path, report)
    else:
        yield from _page_across(buffer[done:], offset + done, source)


def _page_across(tail: bytes, position: int, source: Source) -> Iterator[RawPage]:
    """The page that starts in this part and ends beyond it, if there is one: streams may be cut anywhere."""
    own = len(tail)
    beyond = read_beyond(source) if _BEGUN.search(tail) else iter(())
    while (start := tail.find(_OPEN)) < own and (end := tail.find(_CLOSE)) < 0 and len(tail) < LONGEST_PAGE:
        chunk = next(beyond, None)
        if chunk is None:
            break
        tail += chunk
    if 0 <= start < own:
        if end < start or tail.find(_OPEN, start + 1, end) >= 0:
            raise TruncatedSource(path=source.path, position=position, reason="in the middle of a page")
        yield RawPage(position + start, tail[start : end + len(_CLOSE)])


def _check_tail(tail: bytes, position: int, path: Path, report: Report) -> None:
    """After the last page; several real pieces stop there without `</mediawiki>`, which loses nothing."""
    if _OPEN in tail:
        raise TruncatedSource(path=path, position=position, reason="in the middle of a page")
    if _END in tail:
        return
    if tail.strip() or not position:
        raise TruncatedSource(path=path, position=position, reason="in the middle of the markup")
    report.warnings.append(f"no </mediawiki> at the end: the dump may go on after its {report.pages} pages")
