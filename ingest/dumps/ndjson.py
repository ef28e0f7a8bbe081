"""The .ndjson records: rows of [title, infobox, [wikilinks], [external links], timestamp, text length].

A row is an article by its author's word: its title is not judged by namespace, and its topic is the first that is asked
for.
"""

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from db.importing.records import Article
from ingest.article import LONGEST_TEXT, count_links
from ingest.errors import BadRecord
from ingest.report import Report
from ingest.topics.catalogue import Topic
from ingest.topics.facets import read_facets, read_parameters
from ingest.wikitext.scan import link_sites, live, without_refs
from ingest.wikitext.titles import ENGLISH_SITE, read_title
from ingest.wikitext.values import Value, read_value

LONGEST_LINE = 64_000_000  # bytes

# The seed joined text at entities with spaces: `< br / >`, `< !-- x -- >`, `< ref name=a/ >`.
_TORN = re.compile(r"(?<=<)\s+|(?<!\s)\s+(?=>)|(?<=/)\s+(?=[a-z])")


def read_records(chunks: Iterator[bytes], path: Path, topic: Topic, report: Report) -> Iterator[Article]:
    """Read every row.

    Raises
    ------
    BadRecord
        With the number of the first line that is no record.
    """
    for number, line in enumerate(_lines(chunks, path), start=1):
        if not line.strip():
            continue
        report.pages += 1
        try:
            article = _article(json.loads(line), topic)
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError) as error:
            raise BadRecord(path=path, line=number, reason=error) from None
        if article is None:
            report.skip("bad title", line[:80].decode("utf-8", "replace"))
        else:
            yield article


def _article(row: Any, topic: Topic) -> Article | None:
    heading, infobox, wikilinks, outside, time, length = row
    title = read_title(heading, ENGLISH_SITE)
    if title is None:
        return None
    name = ENGLISH_SITE.full(title)
    values = {key: _value(str(value)) for key, value in read_parameters(infobox).items() if not key.isdigit()}
    return Article(
        page_id=None,
        topic=topic.name,
        title=name,
        infobox={key: str(value) for key, value in values.items() if value.items},
        revision_id=None,
        revised_at=datetime.fromisoformat(time) if time else None,
        text_length=_length(length),
        links=count_links(map(_text, wikilinks), link_sites("\n".join(outside)), name, ENGLISH_SITE),
        facets=read_facets(values, topic),
    )


def _value(text: str) -> Value:
    return read_value(without_refs(live(_TORN.sub("", text))), ENGLISH_SITE)


def _length(value: Any) -> int:
    length = int(value or 0)
    if not 0 <= length <= LONGEST_TEXT:
        raise ValueError(f"a text is of 0 to {LONGEST_TEXT:,} characters, not {length}")
    return length


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"a wikilink is text, not {value!r}")
    return value


def _lines(chunks: Iterator[bytes], path: Path) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise BadRecord(path=path, line="?", reason=f"longer than {LONGEST_LINE // 1_000_000} MB")
        yield from lines
    if rest:
        yield rest
