"""Rows of an .ndjson file, one per line: [title, infobox, [wikilinks], [external links], timestamp, text length]."""

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from ingest.dumps.unpack import Chunk
from ingest.errors import BadRow
from ingest.wikitext.scan import LONGEST_TEXT

LONGEST_LINE = 64_000_000  # bytes

# Whoever wrote the seed's rows joined text at entities with spaces: `< br / >`, `< !-- x -- >`, `< ref name=a/ >`.
_TORN_MARKUP = re.compile(r"(?<=<)\s+|(?<!\s)\s+(?=>)|(?<=/)\s+(?=[a-z])")


class Row(NamedTuple):
    """What a line says of an article; titles and targets are as written.

    Attributes
    ----------
    infobox : mapping of str to str
        Parameters to their wikitext.
    addresses : sequence of str
        The external links.
    text_length : int
        Characters of the article's wikitext.
    """

    title: str
    infobox: Mapping[str, str]
    wikilinks: Sequence[str]
    addresses: Sequence[str]
    revised_at: datetime | None
    text_length: int


def read_rows(chunks: Iterator[Chunk], path: Path) -> Iterator[Row]:
    """Read every row; empty lines are passed over.

    Raises
    ------
    BadRow
        With the number of the first line that is something else.
    """
    for number, line in enumerate(_lines(chunks, path), start=1):
        if not line.strip():
            continue
        try:
            row = _row(json.loads(line))
        except (ValueError, TypeError, OverflowError, RecursionError) as error:
            raise BadRow(path=path, line=number, reason=error) from None
        yield row


def _row(values: Any) -> Row:
    if not isinstance(values, list) or len(values) != len(Row._fields):
        raise ValueError(f"it must be a list of {len(Row._fields)} values")
    title, infobox, wikilinks, addresses, time, length = values
    if not isinstance(infobox, dict):
        raise TypeError(f"the infobox must be an object, not {_shown(infobox)}")
    return Row(
        title=_text("the title", title),
        infobox={name: _TORN_MARKUP.sub("", str(value)) for name, value in infobox.items()},
        wikilinks=_texts("a wikilink", wikilinks),
        addresses=_texts("an external link", addresses),
        revised_at=datetime.fromisoformat(time) if time else None,
        text_length=_length(length),
    )


def _texts(what: str, values: Any) -> list[str]:
    if not isinstance(values, list):
        raise TypeError(f"its links must be in a list, not {_shown(values)}")
    return [_text(what, value) for value in values]


def _text(what: str, value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{what} must be text, not {_shown(value)}")
    return value


def _length(value: Any) -> int:
    length = int(value or 0)
    if not 0 <= length <= LONGEST_TEXT:
        raise ValueError(f"a text must have 0 to {LONGEST_TEXT:,} characters, not {length}")
    return length


def _shown(value: Any) -> str:
    return repr(value)[:80]


def _lines(chunks: Iterator[Chunk], path: Path) -> Iterator[bytes]:
    rest = b""
    for chunk in chunks:
        *lines, rest = (rest + chunk.content).split(b"\n")
        if len(rest) > LONGEST_LINE:
            raise BadRow(path=path, line="?", reason=f"longer than {LONGEST_LINE // 1_000_000} MB")
        yield from lines
    if rest:
        yield rest
