"""python -m ingest SOURCE...: dumps and records into the database."""

import argparse
import os
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from db import articles, connection, imports, views
from db.articles import Article, Redirect
from db.console import print_json, run
from ingest.progress import watch
from ingest.read import records
from ingest.report import Report, print_table
from ingest.source import Source, find_sources
from ingest.topics import DEFAULT, Topic, load_topics


def main() -> None:
    """Check the sources, read them and store what they hold, all in one transaction."""
    options = _parser().parse_args()
    topics = load_topics(options.topic or [DEFAULT])
    sources = find_sources(options.sources)
    reports = [Report(str(source.path)) for source in sources]
    total = sum(source.path.stat().st_size for source in sources)
    started_at = datetime.now(UTC)

    with connection.connect() as database, database.begin() as transaction:
        check_wiki = partial(imports.check_wiki, transaction)
        read = partial(records, topics=topics, refs=options.refs, workers=options.workers)
        found = _read_all(sources, reports, read, check_wiki)
        stored = articles.load(transaction, watch(found, reports, total))
        for report in reports:
            imports.record(transaction, report.source, report.sha256, report.wiki, started_at, report.counts())
        views.create_topic_views(transaction, map(_view, topics))

    if options.json:
        sources_read = [
            {"source": one.source, "wiki": one.wiki, "sha256": one.sha256, **one.counts()} for one in reports
        ]
        print_json({"stored": stored._asdict(), "sources": sources_read})
    else:
        print_table(reports, stored._asdict())


def _read_all(
    sources: Sequence[Source],
    reports: Sequence[Report],
    read: Callable[..., Iterator[Article | Redirect]],
    check_wiki: Callable[[str, str | None], None],
) -> Iterator[Article | Redirect]:
    """One source after the other; the database refuses another wiki's before its first record, not after its last."""
    for source, report in zip(sources, reports, strict=True):
        found = read(source, report=report)
        check_wiki(report.source, report.wiki)
        yield from found


def _view(topic: Topic) -> views.TopicView:
    return views.TopicView(topic.view, topic.name, tuple(facet.name for facet in topic.facets))


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m ingest",
        description="Read Wikipedia dumps or .ndjson records into the database.",
        epilog="Topics: see ingest/topics.toml. Dumps: pages-articles files of https://dumps.wikimedia.org.",
    )
    parser.add_argument(
        "sources",
        nargs="+",
        type=Path,
        metavar="SOURCE",
        help="a dump (.xml, .xml.bz2, .xml.gz), a folder of its parts, or an .ndjson file",
    )
    parser.add_argument(
        "--topic",
        action="append",
        metavar="T",
        help=f"what to take as an article; may be repeated (default: {DEFAULT})",
    )
    parser.add_argument(
        "--workers",
        type=_positive,
        default=os.cpu_count() or 1,
        metavar="N",
        help="threads that unpack a multistream .bz2 file (default: one a processor)",
    )
    parser.add_argument("--no-refs", dest="refs", action="store_false", help="leave out the links in footnotes")
    parser.add_argument("--json", action="store_true", help="print the report as JSON")
    return parser


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0")
    return int(text)


if __name__ == "__main__":
    run("python -m ingest", main)
