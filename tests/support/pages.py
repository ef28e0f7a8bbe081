"""A small dump: its head, a book, another page and a redirect, as pages of a MediaWiki XML export."""

from collections.abc import Callable, Iterable

from db.importing.records import Article, PageLinks, Record, Redirect
from ingest.report import Report

# Reads the bytes of a file, by default as "dump.xml" and for books.
ReadBytes = Callable[..., tuple[list[Article | Redirect], Report]]

HEAD = """<mediawiki xmlns="http://www.mediawiki.org/xml/export-0.11/" version="0.11" xml:lang="en">
  <siteinfo>
    <sitename>Wikipedia</sitename>
    <dbname>testwiki</dbname>
    <case>first-letter</case>
    <namespaces>
      <namespace key="0" case="first-letter" />
      <namespace key="10" case="first-letter">Template</namespace>
      <namespace key="14" case="first-letter">Category</namespace>
      <namespace key="118" case="first-letter">Draft</namespace>
    </namespaces>
  </siteinfo>
"""
TAIL = "</mediawiki>\n"


def page(title: str, text: str, ns: int | None = 0, redirect: str = "", number: int = 7) -> str:
    """A page; `ns` None leaves its namespace out, as exports of version 0.3 do."""
    return f"""  <page>
    <title>{title}</title>
    {f"<ns>{ns}</ns>" if ns is not None else ""}
    <id>{number}</id>
    {redirect}
    <revision>
      <id>70</id>
      <timestamp>2020-01-02T03:04:05Z</timestamp>
      <text bytes="1" xml:space="preserve">{text}</text>
    </revision>
  </page>
"""


BOOK = page("War and Peace", "{{Infobox book|author=[[Leo Tolstoy]]}} AT&amp;T &lt;!-- [[No]] --&gt;")
OTHER = page("Russia", "{{Infobox country}} [[Moscow]]")
ALIAS = page("Voyna i mir", "#REDIRECT [[War and Peace]]", redirect='<redirect title="War and Peace" />')
DUMP = (HEAD + BOOK + OTHER + ALIAS + TAIL).encode()


def without_links(found: Iterable[Record]) -> list[Article | Redirect]:
    """The articles and redirects among what was found."""
    return [one for one in found if not isinstance(one, PageLinks)]


def articles(found: list[Article | Redirect]) -> list[Article]:
    """The articles among what was found; no redirect is expected."""
    assert all(isinstance(one, Article) for one in found)
    return [one for one in found if isinstance(one, Article)]
