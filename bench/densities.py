"""What dumps are made of: sizes, shares, links and templates."""

import re
from collections import Counter
from collections.abc import Mapping
from itertools import chain
from pathlib import Path

from ingest.dumps.files import find_sources, read_chunks
from ingest.dumps.page import read_heading, redirect_target
from ingest.dumps.pages import cut_pages, read_head
from ingest.extract import extract
from ingest.plan import split
from ingest.topics.catalogue import in_language, load_topics
from ingest.wikitext.titles import MAIN

SAMPLE = 10_000_000  # bytes of a packed file, if it can be cut; more would tell little more
_INFOBOX = re.compile(rb"\{\{\s*(?i:infobox|taxobox|speciesbox)")


def densities(path: Path) -> dict[str, float]:
    """Count the pages at the start of a dump, and read its articles of all topics."""
    source = split(find_sources([path])[0], SAMPLE)[0]
    head, taken = read_head(path, chunks := read_chunks(source))
    found: Counter[str] = Counter()
    for raw in cut_pages(source, chain(taken, chunks)):
        size, title, redirect = len(raw.content), read_heading(raw, head.site), redirect_target(raw) is not None
        article = not redirect and title is not None and title.namespace == MAIN
        found.update(pages=1, bytes=size, redirects=redirect, articles=article, article_bytes=size * article)
        found.update(links=raw.content.count(b"[["), templates=raw.content.count(b"{{"))
        found.update(infoboxes=article and bool(_INFOBOX.search(raw.content)))
    records, report = extract(source, in_language(load_topics(None), head.site.language), head=head)
    for _ in records:
        pass
    articles, megabytes = found["articles"], found["bytes"] / 1e6
    return {
        "pages": found["pages"],
        "KB of XML in a page": found["bytes"] / found["pages"] / 1e3,
        "KB of XML in an article": found["article_bytes"] / articles / 1e3,
        "% of pages that redirect": 100 * found["redirects"] / found["pages"],
        "% of pages that are articles": 100 * articles / found["pages"],
        "% of articles with an infobox": 100 * found["infoboxes"] / articles,
        "% of articles with a topic": 100 * report.articles / articles,
        "% of articles that are books": 100 * report.topics["book"] / articles,
        "pairs of an article with a topic": report.pairs / max(report.articles, 1),
        "[[ in each MB": found["links"] / megabytes,
        "{{ in each MB": found["templates"] / megabytes,
        "packed, % of the XML": 100 * (source.stop or path.stat().st_size) / found["bytes"],
    }


def print_side_by_side(dumps: Mapping[str, Path]) -> None:
    """Print a column for each dump."""
    columns = {name: densities(path) for name, path in dumps.items()}
    print(f"{'':34}{''.join(f'{name[-22:]:>24}' for name in columns)}")
    for row in next(iter(columns.values())):
        print(f"{row:34}{''.join(f'{column[row]:24,.1f}' for column in columns.values())}", flush=True)
