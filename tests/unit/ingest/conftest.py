"""A file's bytes, read as an import reads them: whole, by several threads, and in as many parts as it has streams."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path

import pytest

from db.importing.records import Article, Redirect
from ingest.dumps.files import find_sources
from ingest.extract import extract
from ingest.plan import make_plan
from ingest.report import Report
from ingest.topics.catalogue import Topic, load_topics
from tests.support.pages import ReadBytes, without_links


@cache
def topics_of(names: Sequence[str]) -> list[Topic]:
    """The topics of these names, read once."""
    return load_topics(names)


@pytest.fixture(params=[(10**9, 1), (10**9, 3), (1, 1)], ids=["whole", "by three threads", "cut at every stream"])
def read(tmp_path: Path, request: pytest.FixtureRequest) -> ReadBytes:
    part_size, threads = request.param

    def read_bytes(
        content: bytes, name: str = "dump.xml", topics: Sequence[str] = ("book",)
    ) -> tuple[list[Article | Redirect], Report]:
        path = tmp_path / name
        path.write_bytes(content)
        plan = make_plan(find_sources([path]), topics_of(tuple(topics)), refs=True, part_size=part_size)
        all_found: list[Article | Redirect] = []
        whole = Report(str(path), plan.wikis[0])
        for job in plan.jobs:
            found, report = extract(job.source, job.topics, job.refs, job.head, threads)
            all_found += without_links(found)
            whole.absorb(report)
        return all_found, whole

    return read_bytes
