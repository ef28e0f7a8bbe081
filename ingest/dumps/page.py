"""One page of an export: its title and redirect from the raw bytes, its text by an XML parser."""

import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

from ingest.dumps.pages import RawPage
from ingest.errors import DamagedSource
from ingest.wikitext.titles import MAIN, Site, Title, read_title, unescaped

_HEADING = re.compile(rb"<title>([^<]*)</title>(?:\s*<ns>(-?\d{1,9})</ns>)?")
_TARGET = re.compile(rb'<redirect title="([^"]*)"')
# Exports before version 0.6 do not name the target, 0.3 has no <redirect> at all; every language has its magic word.
_MAGIC = re.compile(
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
    """The page's own title; its namespace by number where the dump gives it, by the title's prefix where not."""
    found = _HEADING.search(raw.content)
    title = read_title(_decoded(found[1]), site) if found else None
    number = int(found[2]) if found and found[2] else None
    if title is None or number is None or number == title.namespace:
        return title
    return Title(number, title.name if title.namespace == MAIN else site.full(title))


def redirect_target(raw: RawPage) -> str | None:
    """The title that a redirect leads to, as written; None for any other page.

    Half of all pages are redirects, so this looks at a few hundred bytes only.
    """
    end = raw.content.find(b"<revision")
    start = raw.content.find(b"<redirect", 0, end)
    if start < 0:
        return _magic_target(raw) or None
    found = _TARGET.match(raw.content, start, end)
    return _decoded(found[1]) if found else _magic_target(raw)


def read_page(raw: RawPage, path: Path) -> Page:
    """Parse the page; the newest revision is the last.

    The XML parser joins text that it meets in pieces (at each `&lt;` or `&amp;`) with nothing between.

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


def _magic_target(raw: RawPage) -> str:
    start = raw.content.find(b">", raw.content.find(b"<text")) + 1
    if not raw.content[start : start + 10].lstrip().startswith(b"#"):
        return ""
    found = _MAGIC.match(_decoded(raw.content[start : start + 1000]))
    return found[1] if found else ""


def _decoded(content: bytes) -> str:
    return unescaped(content.decode("utf-8", "replace"))


def _number(text: str | None) -> int | None:
    if text and not re.fullmatch("[0-9]{1,18}", text):
        raise ValueError(f"{text[:20]!r} is no id")
    return int(text) if text else None


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
