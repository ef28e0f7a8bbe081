"""What an import has to read: its sources, cut into jobs that any process can do, and the key that names them all."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ingest.dumps.files import Source, find_stream, read_chunks
from ingest.dumps.pages import Head, read_head
from ingest.errors import SourcesOfTwoWikis
from ingest.topics.catalogue import Topic, in_language

SMALLEST_PART, LARGEST_PART = 4_000_000, 32_000_000  # bytes; to stage a part costs 20 ms beside its reading
# Raise this when the same bytes give other articles, redirects or reports. Then an import does not take over the parts
# that an older version has staged.
READER_VERSION = 6


class Job(NamedTuple):
    """A source or a part of one, with all that a process must know to read it; an .ndjson file has no head."""

    number: int
    source: Source
    head: Head | None
    topics: tuple[Topic, ...]
    refs: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """An import: its sources, the wikis that they are of, and its jobs."""

    sources: tuple[Source, ...]
    wikis: tuple[str | None, ...]
    jobs: tuple[Job, ...]
    key: str

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(source.path.stat().st_size for source in self.sources)


def make_plan(sources: Sequence[Source], topics: Sequence[Topic], refs: bool, part_size: int | None = None) -> Plan:
    """Read the head of every source, and cut those that can be.

    Parameters
    ----------
    part_size : int or None
        Bytes of the file that a job reads at least; only bz2 files of many streams are cut. None stands for a 32nd of
        all files, within limits, so that workers end at nearly the same time.

    Raises
    ------
    WikishelfError
        A file does not start as a dump does, or it is of another wiki than the first.
    """
    if part_size is None:
        all_files = sum(source.path.stat().st_size for source in sources)
        part_size = min(max(all_files // 32, SMALLEST_PART), LARGEST_PART)
    heads = [None if source.is_ndjson else read_head(source.path, read_chunks(source))[0] for source in sources]
    _check_one_wiki(sources, heads)
    jobs = [
        (part, head, tuple(in_language(topics, head.site.language) if head else topics), refs)
        for source, head in zip(sources, heads, strict=True)
        for part in split(source, part_size)
    ]
    return Plan(
        sources=tuple(sources),
        wikis=tuple(head.site.wiki if head else None for head in heads),
        jobs=tuple(Job(number, *job) for number, job in enumerate(jobs)),
        key=_key(sources, topics, refs, part_size),
    )


def split(source: Source, part_size: int) -> list[Source]:
    """Cut a source where a stream starts, once in each `part_size` bytes; a file of one stream stays whole."""
    starts = [0]
    if source.packing == "bz2":
        for target in range(part_size, source.path.stat().st_size, part_size):
            if target <= starts[-1]:
                continue
            start = find_stream(source.path, target)
            if start is None:
                break
            starts.append(start)
    stops = [*starts[1:], None]
    return [source._replace(start=start, stop=stop) for start, stop in zip(starts, stops, strict=True)]


def _check_one_wiki(sources: Sequence[Source], heads: Sequence[Head | None]) -> None:
    named = [
        (source.path, head.site.wiki) for source, head in zip(sources, heads, strict=True) if head and head.site.wiki
    ]
    for path, wiki in named:
        if wiki != named[0][1]:
            raise SourcesOfTwoWikis(one=named[0][0], wiki=named[0][1], other=path, other_wiki=wiki)


def _key(sources: Iterable[Source], topics: Sequence[Topic], refs: bool, part_size: int) -> str:
    files = [(str(s.path.resolve()), s.path.stat().st_size, s.path.stat().st_mtime_ns) for s in sources]
    return hashlib.sha256(json.dumps([READER_VERSION, files, topics, refs, part_size]).encode()).hexdigest()
