"""Pages of a MediaWiki XML export, cut out of the bytes without an XML parser.

In an export `<` stands only in markup (text has `&lt;`), so a page is what lies between `<page>` and `</page>`. Finding
that runs at about 1 GB/s. Only pages that may be articles are given to an XML parser (page.py).
Format: https://www.mediawiki.org/wiki/Help:Export
"""

import re
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from ingest.dumps.files import Source, read_beyond
from ingest.dumps.unpack import Chunk
from ingest.errors import DamagedSource, NotADump, PageTooLong, TruncatedSource, WrongEncoding
from ingest.wikitext.titles import ENGLISH_NAMESPACES, Site, make_site

LONGEST_PAGE = 64_000_000  # bytes of XML. MediaWiki stores 2 MB of wikitext at most, a full history can be gigabytes
LONGEST_HEAD = 4_000_000  # bytes before the first page. A real <siteinfo> has 2 to 20 KB

_OPEN, _CLOSE, _END = b"<page>", b"</page>", b"</mediawiki>"
_PAGE_TAG = re.compile(rb"</?page>")  # in Python 3.11 this is twice as fast as bytes.find of each of the two tags
_MARKUP = rb"(?:\s++|<!--.*?-->|<\?xml[^>]*>|\xef\xbb\xbf)*+"
_START = re.compile(_MARKUP + rb"<(?:mediawiki|page)[\s>]", re.S)
_BETWEEN_PAGES = re.compile(  # the end and head of dumps that were joined, and log items
    _MARKUP[:-3] + rb"|</?mediawiki[^>]*>|<siteinfo>.*?</siteinfo>|<logitem>.*?</logitem>)*+", re.S
)
_PAGE_START = re.compile(rb"<page>|<(?:p(?:a(?:ge?)?)?)?$")  # a tag, or at the end what may be the first bytes of one
_LANGUAGE = re.compile(rb"<mediawiki[^<>]*\sxml:lang=\"([a-zA-Z-]+)\"")
_BASE = re.compile(r"https?://(?:([a-z-]+)\.(?:m\.)?(wik[a-z]+)\.org\b|([^/?#]{1,200}))")
_ENCODING = re.compile(rb"<\?xml[^>]*encoding\s*=\s*[\"']([^\"']+)")
_SOUND_ENCODINGS = (b"utf-8", b"utf8", b"us-ascii", b"utf-16")  # iconv leaves "utf-16" there when it has made UTF-8
_WIDE_ENCODINGS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16", b"<\0": "UTF-16LE", b"\0<": "UTF-16BE"}


class RawPage(NamedTuple):
    """The bytes from `<page>` to `</page>` and where they start in the unpacked text."""

    position: int
    content: bytes


class Head(NamedTuple):
    """What stands before the first page of a dump: the site by its <siteinfo>, and what a report should warn of."""

    site: Site
    warnings: tuple[str, ...] = ()


# The generator's return value holds the warnings about the end of the dump.
Pages = Generator[RawPage, None, tuple[str, ...]]


def read_head(path: Path, chunks: Iterator[Chunk]) -> tuple[Head, list[Chunk]]:
    """Read a dump up to its first page; gives the head, and the chunks that were taken for it.

    Raises
    ------
    NotADump, WrongEncoding, TruncatedSource, DamagedSource
        The message names the file and the position.
    """
    taken: list[Chunk] = []
    head = b""
    for chunk in chunks:
        taken.append(chunk)
        head += chunk.content
        if _OPEN in head or len(head) > LONGEST_HEAD:
            break
    _check_head(head, path)
    head = head.partition(_OPEN)[0]
    site = _read_site(head, path)
    if site is None:
        site = make_site(None, ENGLISH_NAMESPACES, language=_language(head))
        names = "English namespaces" if site.language == "en" else f"the namespaces of {site.language}"
        return Head(site, (f"no <siteinfo>: {names} are assumed",)), taken
    return Head(site), taken


def cut_pages(source: Source, chunks: Iterator[Chunk]) -> Pages:
    """Cut the pages out of a dump, or out of a part those that start in it. Memory holds one page and one chunk.

    Raises
    ------
    TruncatedSource, DamagedSource, PageTooLong
        The message names the file and the position.
    """
    if source.start == 0:
        return _cut(source, chunks, b"", 0)
    return _cut_after_first_start(source, chunks)


def _cut_after_first_start(source: Source, chunks: Iterator[Chunk]) -> Pages:
    """Cut the pages of a part that is not the first; the end of a page before it is passed over."""
    head, offset = b"", 0
    for chunk in chunks:
        head += chunk.content
        start = head.find(_OPEN)
        if start >= 0:
            return (yield from _cut(source, chunks, head[start:], offset + start))
        offset, head = offset + len(head[: -len(_OPEN)]), head[-len(_OPEN) :]
    if source.stop is not None:
        yield from _page_across(source, head, offset)
    return ()


def _cut(source: Source, chunks: Iterator[Chunk], buffer: bytes, offset: int) -> Pages:
    """Cut pages out of a buffer, whose place in the unpacked text is `offset`, and the chunks after it."""
    done = searched = 0  # where in the buffer the last page ends, and up to where it was searched
    start = -1  # of the page that has no end yet
    while True:
        for tag in _PAGE_TAG.finditer(buffer, searched):
            opens = tag[0] == _OPEN
            if opens == (start >= 0) or (opens and not _BETWEEN_PAGES.fullmatch(buffer, done, tag.start())):
                # Two starts, two ends, or text between pages: a part was cut off, and another one was joined to it.
                reason = "the pages do not follow each other"
                raise DamagedSource(path=source.path, position=offset + done, reason=reason)
            if opens:
                start = tag.start()
            else:
                yield RawPage(offset + start, buffer[start : tag.end()])
                done, start = tag.end(), -1
        if len(buffer) - done > LONGEST_PAGE:
            position = offset + max(start, done)
            raise PageTooLong(path=source.path, limit=LONGEST_PAGE // 1_000_000, position=position)
        chunk = next(chunks, None)
        if chunk is None:
            break
        offset, buffer = offset + done, buffer[done:] + chunk.content
        start, done = max(start - done, -1), 0
        searched = max(start + 1, len(buffer) - len(chunk.content) - len(_CLOSE))
    if source.stop is None:
        return _check_tail(source.path, buffer[done:], offset + len(buffer))
    yield from _page_across(source, buffer[done:], offset + done)
    return ()


def _check_head(head: bytes, path: Path) -> None:
    if head[:2] in _WIDE_ENCODINGS:
        raise WrongEncoding(path=path, encoding=_WIDE_ENCODINGS[head[:2]])
    declared = _ENCODING.search(head[:200])
    if declared and declared[1].lower() not in _SOUND_ENCODINGS:
        raise WrongEncoding(path=path, encoding=declared[1].decode("ascii", "replace"))
    if not _START.match(head):
        raise NotADump(path=path, reason=f"it starts with {head[:20]!r}" if head else "it is empty")
    if len(head) > LONGEST_HEAD and _OPEN not in head:
        raise NotADump(path=path, reason=f"its first {LONGEST_HEAD // 1_000_000} MB hold no <page>")


def _read_site(head: bytes, path: Path) -> Site | None:
    """Read <siteinfo>; None where a fragment of a dump has none."""
    start, end = head.find(b"<siteinfo>"), head.find(b"</siteinfo>")
    if start < 0:
        return None
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
    return make_site(_wiki(info), names, frozenset(as_written), _language(head))


def _wiki(info: ElementTree.Element) -> str | None:
    """The name of the wiki's database. Exports before 0.9 lack it, and the name of the site is the same for many.

    There the base address tells: "http://fr.wikipedia.org/wiki/..." is that of "frwiki".
    """
    address = _BASE.match(info.findtext("base", "").lower())
    code, project, host = address.groups() if address else ("", "", "")
    by_address = code.replace("-", "_") + ("wiki" if project == "wikipedia" else project) if code else host
    return info.findtext("dbname") or by_address or info.findtext("sitename")


def _language(head: bytes) -> str:
    found = _LANGUAGE.search(head)
    return found[1].decode() if found else "en"


def _page_across(source: Source, tail: bytes, position: int) -> Iterator[RawPage]:
    """The page that starts in this part and ends beyond it, if there is one, since streams may be cut anywhere."""
    own = len(tail)
    beyond = read_beyond(source) if _PAGE_START.search(tail) else iter(())
    while (start := tail.find(_OPEN)) < own and (end := tail.find(_CLOSE)) < 0 and len(tail) < LONGEST_PAGE:
        chunk = next(beyond, None)
        if chunk is None:
            break
        tail += chunk.content
    if 0 <= start < own:
        if end < start or tail.find(_OPEN, start + 1, end) >= 0:
            raise TruncatedSource(path=source.path, position=position, reason="in the middle of a page")
        yield RawPage(position + start, tail[start : end + len(_CLOSE)])


def _check_tail(path: Path, tail: bytes, position: int) -> tuple[str, ...]:
    """Warn where `</mediawiki>` is missing after the last page: several real pieces stop there, which loses nothing."""
    if _OPEN in tail:
        raise TruncatedSource(path=path, position=position, reason="in the middle of a page")
    if _END in tail:
        return ()
    if tail.strip() or not position:
        raise TruncatedSource(path=path, position=position, reason="in the middle of the markup")
    return ("no </mediawiki> at the end: the dump may have been cut off after a whole page",)
