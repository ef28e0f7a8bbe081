"""One page of an export: its title and its redirect from the raw bytes, and its text by an XML parser."""

import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from ingest.dumps.pages import RawPage
from ingest.errors import DamagedSource
from ingest.wikitext.titles import MAIN, Site, Title, read_title, unescaped

_HEADING = re.compile(rb"<title>([^<]*)</title>(?:\s*<ns>(-?\d{1,9})</ns>)?")
_XML_COMMENT = re.compile("<!--.*?-->", re.S)  # a program of MediaWiki writes none; that of a page is escaped
_REDIRECT_TITLE = re.compile(rb'<redirect title="([^"]*)"')
# Exports before version 0.6 do not name the target of a redirect, and 0.3 has no <redirect> at all. There the text
# tells it, after a magic word that every language has of its own.
_REDIRECT_WORD = re.compile(
    r"\s*#(?:redirect|redirection|weiterleitung|rinvia|redirecci[oó]n|redirecciona|redirecionamento|doorverwijzing|"
    r"omdirigering|omdiriger|ohjaus|patrz|przekieruj|tam|перенаправление|перенапр|перенаправлення|転送|リダイレクト|"
    r"重定向|넘겨주기|تحويل|הפניה)\s*:?\s*\[\[([^\[\]|\n]+)",
    re.I,
)


class Page(NamedTuple):
    """A page's newest revision; `text` is None where the dump leaves it out (`deleted="deleted"`)."""

    page_id: int | None
    revision_id: int | None
    revised_at: datetime | None
    text: str | None


def read_heading(raw: RawPage, site: Site) -> Title | None:
    """The page's own title. Its namespace is the number that the dump gives, or else what the title's prefix says."""
    found = _HEADING.search(raw.content)
    title = read_title(_decoded(found[1]), site) if found else None
    number = int(found[2]) if found and found[2] else None
    if title is None or number is None or number == title.namespace:
        return title
    return Title(number, title.name if title.namespace == MAIN else site.full(title))


def redirect_target(raw: RawPage) -> str | None:
    """The title that a redirect leads to, as written; None for any other page.

    Half of all pages are redirects, so this looks at no more than a few hundred bytes.
    """
    end = raw.content.find(b"<revision")
    start = raw.content.find(b"<redirect", 0, end)
    if start < 0:
        return _target_in_text(raw) or None
    found = _REDIRECT_TITLE.match(raw.content, start, end)
    return _decoded(found[1]) if found else _target_in_text(raw)


def text_in_xml(raw: RawPage) -> str:
    """The newest text as it stands in the XML, each byte as a character (Latin-1); "" where the dump leaves it out."""
    end = max(raw.content.rfind(b"</text>"), 0)
    start = raw.content.rfind(b"<", 0, end)
    if (
        not raw.content.startswith(b"<text", start) or b"<text" in raw.content[end:]
    ):  # comments, a text that is left out
        start = raw.content.rfind(b"<text")
    text = raw.content[raw.content.find(b">", start) + 1 : end].decode("latin-1")
    return (_XML_COMMENT.sub("", text) if "<" in text else text).replace(">", "&gt;")


def read_page(raw: RawPage, path: Path) -> Page:
    """Parse the page; the newest revision is the last.

    The XML parser meets a text in pieces (it breaks at each `&lt;` or `&amp;`), and joins them with nothing between.

    Raises
    ------
    DamagedSource
        When the page is not well-formed XML.
    """
    try:
        page = ElementTree.fromstring(raw.content)
        revision = page.findall("revision")[-1]
        return Page(
            page_id=_number(page.findtext("id")),
            revision_id=_number(revision.findtext("id")),
            revised_at=_time(revision.findtext("timestamp")),
            text=revision.findtext("text") or None,
        )
    except (ElementTree.ParseError, IndexError, ValueError) as error:
        raise DamagedSource(path=path, position=raw.position, reason=f"a page is not well formed: {error}") from None


def _target_in_text(raw: RawPage) -> str:
    start = raw.content.find(b">", raw.content.find(b"<text")) + 1
    if not raw.content[start : start + 10].lstrip().startswith(b"#"):
        return ""
    found = _REDIRECT_WORD.match(_decoded(raw.content[start : start + 1000]))
    return found[1] if found else ""


def _decoded(content: bytes) -> str:
    return unescaped(content.decode("utf-8", "replace"))


def _number(text: str | None) -> int | None:
    if text and not re.fullmatch("[0-9]{1,18}", text):
        raise ValueError(f"an id must be a number, not {text[:20]!r}")
    return int(text) if text else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
