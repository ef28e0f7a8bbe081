"""A source to articles, redirects and links: the only place that writes into a report while a source is read."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path
from re import Pattern

from db.importing.records import Article, Record, Redirect
from ingest.article import article_of_page, article_of_row
from ingest.dumps.files import Source, read_chunks
from ingest.dumps.ndjson import Row, read_rows
from ingest.dumps.page import read_heading, read_page, redirect_target
from ingest.dumps.pages import Head, Pages, RawPage, cut_pages, read_head
from ingest.dumps.unpack import Chunk
from ingest.linking import Linking
from ingest.report import Report
from ingest.topics.catalogue import Topic, by_infobox, candidate_pattern, in_language, load_topics
from ingest.wikitext.scan import LONGEST_TEXT
from ingest.wikitext.titles import MAIN, Site, Title, read_title

PAGES_OF_A_HINT = 5_000
_LONG_CALL = re.compile(rb"\{\{([^{}|<>\[\]\n]{3,80})\n\s*\|")  # a template over several lines, as infoboxes are


def extract(
    source: Source, topics: Sequence[Topic], refs: bool = True, head: Head | None = None, threads: int = 1
) -> tuple[Iterator[Record], Report]:
    """Find the articles of the wanted topics, the redirects from article to article, and what every page links to.

    The source is read as the iterator is asked, and the report counts what has been read so far; its wiki is known at
    once. Memory holds one chunk, one page and a piece of the links.

    Parameters
    ----------
    source : Source
        A dump, a part of one, or an .ndjson file.
    topics : sequence of Topic
        What to take as an article, in the dump's language. The rows of an .ndjson file are of the first.
    refs : bool
        Whether links in footnotes count.
    head : Head or None
        That of the dump. A part must be given it, since it may not lie in the part's own bytes; None reads it.
    threads : int
        How many threads unpack what comes next while the last is parsed. More than there are free cores only cost.

    Raises
    ------
    WikishelfError
        One of ingest.errors, with the file and the position; now, or while the iterator is asked.
    """
    report = Report(source.name)
    chunks = _count_bytes(read_chunks(source, threads), report)
    if source.is_ndjson:
        return _read_rows(read_rows(chunks, source.path), topics[0], report), report
    if head is None:
        head, taken = read_head(source.path, chunks)
        chunks = chain(taken, chunks)
    report.wiki = head.site.wiki
    if source.start == 0:
        report.warnings.extend(head.warnings)
    reader = _PageReader(source.path, head.site, by_infobox(topics), candidate_pattern(topics), refs, report)
    return reader.read_pages(cut_pages(source, chunks)), report


def hint(source: Source, topics: Sequence[Topic], language: str) -> str:
    """Say what the first pages of a dump call that has no article, and which topics would take it."""
    known = by_infobox(in_language(load_topics(None), language))
    seen: Counter[str] = Counter()
    for raw in islice(cut_pages(source._replace(stop=None), read_chunks(source)), PAGES_OF_A_HINT):
        names = {name.decode("utf-8", "replace").replace("_", " ").strip() for name in _LONG_CALL.findall(raw.content)}
        seen.update(name for name in names if name.casefold() in known or "infobox" in name.casefold())
    options = {name: f", --topic '{topic.name}'" for name, topic in known.items()}
    found = (f"{name} ({count:,}{options.get(name.casefold(), '')})" for name, count in seen.most_common(5))
    wanted = " or ".join(topic.name for topic in topics)
    return f"no page is a {wanted}; infoboxes of its first pages: {', '.join(found) or 'none'}"


def _count_bytes(chunks: Iterator[Chunk], report: Report) -> Iterator[Chunk]:
    for chunk in chunks:
        report.bytes_read = chunk.taken
        yield chunk


def _read_rows(rows: Iterator[Row], topic: Topic, report: Report) -> Iterator[Article]:
    for row in rows:
        report.pages += 1
        report.texts += 1
        article = article_of_row(row, topic)
        if article is None:
            report.skip("bad title", repr(row.title[:80]))
        else:
            report.add(article)
            yield article


@dataclass(frozen=True, slots=True)
class _PageReader:
    """Makes articles and redirects of the pages of one dump."""

    path: Path
    site: Site
    topics: Mapping[str, Topic]
    candidate: Pattern[bytes]
    refs: bool
    report: Report

    def read_pages(self, pages: Pages) -> Iterator[Record]:
        linking = Linking(self.site)
        for raw in self._with_warnings(pages):
            self.report.pages += 1
            self.report.texts += raw.content.rfind(b"</text>") >= 0  # it stands near the end
            found: Article | Redirect | None = None
            target = redirect_target(raw)
            if target is not None:
                found = self._redirect(raw, target)
            else:
                linking.add(raw)
                found = self._article(raw) if self.candidate.search(raw.content) else None
            if found is not None:
                self.report.add(found)
                yield found
            if linking.is_full:
                yield linking.take()
        if linking.is_begun:
            yield linking.take()

    def _with_warnings(self, pages: Pages) -> Iterator[RawPage]:
        """Hand the pages through; after the last one come the warnings about the end of the dump."""
        self.report.warnings.extend((yield from pages))

    def _redirect(self, raw: RawPage, target: str) -> Redirect | None:
        """Make a redirect from article to article; one to itself or across namespaces makes no alias."""
        title, goal = read_heading(raw, self.site), read_title(target, self.site)
        if title is None or goal is None:
            self.report.skip("redirect with a bad title", f"{title and title.name} -> {target}")
        elif title.namespace != MAIN or goal.namespace != MAIN or title == goal:
            self.report.skip("redirect out of the articles", self.site.full(title))
        else:
            return Redirect(title.name, goal.name)
        return None

    def _article(self, raw: RawPage) -> Article | None:
        """Parse a page that may be an article, to find out whether it is."""
        title = read_heading(raw, self.site)
        page = read_page(raw, self.path)
        reason = _reason_to_skip(title, page.text)
        if reason:
            self.report.skip(reason, self.site.full(title) if title else repr(raw.content[:80]))
        elif title:
            return article_of_page(page, title.name, self.topics, self.site, self.refs)
        return None


def _reason_to_skip(title: Title | None, text: str | None) -> str | None:
    if title is None:
        return "bad title"
    if title.namespace != MAIN:
        return "other namespace"
    if text is None:
        return "no text"
    return "too long" if len(text) > LONGEST_TEXT else None
