"""A source to records: the one generator that feeds the database."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from db.importing.records import Article, Redirect
from ingest.article import LONGEST_TEXT, read_article
from ingest.dumps.files import Source, read_chunks
from ingest.dumps.ndjson import read_records
from ingest.dumps.page import read_heading, read_page, redirect_target
from ingest.dumps.pages import RawPage, open_dump, open_part
from ingest.report import Report
from ingest.topics.catalogue import Topic, by_infobox, candidate_pattern
from ingest.wikitext.titles import MAIN, Site, Title, read_title


def records(
    source: Source,
    topics: Sequence[Topic],
    report: Report,
    refs: bool = True,
    site: Site | None = None,
    threads: int = 1,
) -> Iterator[Article | Redirect]:
    """Articles of the wanted topics and redirects of the main namespace.

    The source is opened now, so `report.wiki` is known, and read as records are asked for, so memory is flat: one chunk
    and one page. `report` counts on as the reading goes.

    Parameters
    ----------
    source : Source
        A dump, a part of one, or a file of records.
    topics : sequence of Topic
        What to take as an article, in the dump's language; records are of the first.
    report : Report
        Where to count.
    refs : bool
        Whether links in footnotes count.
    site : Site or None
        Of a part, for only the first has a head to read it from.
    threads : int
        How many may unpack what comes next while the last is parsed; more than there are free cores would only cost.

    Raises
    ------
    WikishelfError
        One of ingest.errors, with the file and the position.
    """
    chunks = read_chunks(source, report, threads)
    if source.is_records:
        found: Iterator[Article | Redirect] = read_records(chunks, source.path, topics[0], report)
    elif source.start and site:
        found = _read_dump(open_part(source, chunks, report), source.path, site, topics, report, refs)
    else:
        site, pages = open_dump(source, chunks, report, site)
        found = _read_dump(pages, source.path, site, topics, report, refs)
    return _counted(found, report)


def _counted(found: Iterator[Article | Redirect], report: Report) -> Iterator[Article | Redirect]:
    for record in found:
        report.add(record)
        yield record


def _read_dump(
    pages: Iterator[RawPage], path: Path, site: Site, topics: Sequence[Topic], report: Report, refs: bool
) -> Iterator[Article | Redirect]:
    reader = _Reader(path, site, by_infobox(topics), refs, report)
    candidate = candidate_pattern(topics)
    for raw in pages:
        report.pages += 1
        record: Article | Redirect | None = None
        target = redirect_target(raw)
        if target is not None:
            record = reader.redirect(raw, target)
        elif candidate.search(raw.content):
            record = reader.article(raw)
        if record is not None:
            yield record


@dataclass(frozen=True, slots=True)
class _Reader:
    """Pages of one dump to records; what is left out is counted in the report."""

    path: Path
    site: Site
    topics: Mapping[str, Topic]
    refs: bool
    report: Report

    def redirect(self, raw: RawPage, target: str) -> Redirect | None:
        """A redirect from article to article; one to itself or across namespaces makes no alias."""
        title, goal = read_heading(raw, self.site), read_title(target, self.site)
        if title is None or goal is None:
            self.report.skip("redirect with a bad title", f"{title and title.name} -> {target}")
        elif title.namespace != MAIN or goal.namespace != MAIN or title == goal:
            self.report.skip("redirect out of the articles", self.site.full(title))
        else:
            return Redirect(title.name, goal.name)
        return None

    def article(self, raw: RawPage) -> Article | None:
        """A page that may be an article; it is parsed to find out."""
        title = read_heading(raw, self.site)
        page = read_page(raw, self.path)
        reason = _reason_to_skip(title, page.text)
        if reason:
            self.report.skip(reason, self.site.full(title) if title else repr(raw.content[:80]))
        elif title:
            return read_article(page, title.name, self.topics, self.site, self.refs)
        return None


def _reason_to_skip(title: Title | None, text: str | None) -> str | None:
    if title is None:
        return "bad title"
    if title.namespace != MAIN:
        return "other namespace"
    if text is None:
        return "no text"
    return "too long" if len(text) > LONGEST_TEXT else None
