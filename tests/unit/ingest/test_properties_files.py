"""What holds for any file: reports, dumps cut anywhere, and files of which any part is something else."""

import bz2
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from db.errors import WikishelfError
from db.importing.records import Article, Redirect
from ingest.dumps.files import Source, find_sources
from ingest.dumps.pages import RawPage, cut_pages
from ingest.dumps.unpack import Chunk
from ingest.extract import extract
from ingest.plan import make_plan
from ingest.report import Report
from ingest.topics.catalogue import load_topics
from tests.support.pages import without_links

some = settings(max_examples=50, deadline=None)  # files and threads wait for a busy machine

counts = st.integers(0, 2**40)
counters = st.dictionaries(st.sampled_from("abc"), st.integers(1, 1000))


@st.composite
def reports(draw: st.DrawFn) -> Report:
    wiki, digest = draw(st.sampled_from([None, "enwiki"])), draw(st.sampled_from(["", "0f"]))
    report = Report("dump.xml", wiki, digest, *draw(st.tuples(*[counts] * 5)))
    report.topics.update(draw(counters))
    report.warnings += draw(st.lists(st.text(max_size=5), max_size=3))
    for reason, number in draw(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 15)), max_size=4)):
        for title in range(number):
            report.skip(reason, f"Page {title}")
    return report


@some
@given(reports(), reports(), reports())
def test_reports_survive_json_and_add_up_in_any_grouping(a: Report, b: Report, c: Report) -> None:
    def copy(report: Report) -> Report:
        return Report.from_json(json.loads(json.dumps(report.as_json())))

    assert [copy(report) for report in (a, b, c)] == [a, b, c]
    left, right = copy(a), copy(b)
    left.absorb(b)
    assert (left.pages, left.topics.total()) == (a.pages + b.pages, a.topics.total() + b.topics.total())
    left.absorb(c)
    right.absorb(c)
    whole = copy(a)
    whole.absorb(right)
    assert left == whole


TOPICS = load_topics(["book", "film"])
WHOLE = 1 << 30  # bytes of a part: the file stays whole
HEAD = b"""<mediawiki xml:lang="en"><siteinfo><dbname>xwiki</dbname><case>first-letter</case><namespaces><namespace
key="0" /><namespace key="14">Category</namespace></namespaces></siteinfo>
"""
TEXTS = ["{{Infobox book|author=[[A]]}}", "x", "", "{{Infobox film}} &lt;page&gt;", "é" * 90, "#REDIRECT [[A]]"]
REDIRECTS = ["", "", '<redirect title="A" />']
pages = st.tuples(st.sampled_from(TEXTS), st.sampled_from([0, 0, 0, 14, 999]), st.sampled_from(REDIRECTS))


def _page(number: int, text: str, ns: int = 0, redirect: str = "") -> bytes:
    return (
        f"  <page>\n<title>T{number}</title><ns>{ns}</ns><id>{number}</id>{redirect}<revision><id>1</id>"
        f"<timestamp>2020-01-02T03:04:05Z</timestamp><text>{text}</text></revision></page>\n"
    ).encode()


Cut = tuple[bytes, list[bytes]]  # a dump, and the pieces that it was cut into


def _cut(dump: bytes, cuts: list[int]) -> Cut:
    return dump, [dump[start:stop] for start, stop in pairwise([0, *cuts, len(dump)])]


TWO_PAGES = HEAD + _page(1, TEXTS[0]) + _page(2, TEXTS[0]) + b"</mediawiki>"
# No page starts as a whole in the second part.
NO_WHOLE_START = _cut(TWO_PAGES, [len(HEAD) + 40, TWO_PAGES.rfind(b"<page>") + 3])


@st.composite
def dumps(draw: st.DrawFn) -> Cut:
    """The bytes of a dump and where to cut them; the first cut is not within the start that tells a dump."""
    body = [_page(number, *page) for number, page in enumerate(draw(st.lists(pages, max_size=6)), start=1)]
    dump = HEAD + b"".join(body) + draw(st.sampled_from([b"</mediawiki>\n", b"</mediawiki>"]))
    return _cut(dump, draw(st.lists(st.integers(12, len(dump) - 1), max_size=12, unique=True).map(sorted)))


@some
@given(dumps())
def test_pages_are_the_same_in_any_chunks(cut: Cut) -> None:
    def read(chunks: list[bytes]) -> list[RawPage]:
        return list(cut_pages(Source(Path("dump.xml"), "plain"), iter([Chunk(chunk, 0) for chunk in chunks])))

    dump, chunks = cut
    found = read(chunks)
    assert found == read([dump])
    assert all(dump.startswith(raw.content, raw.position) for raw in found)
    assert len(found) == dump.count(b"<page>")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dumps")


def _import(path: Path, content: bytes, part_size: int) -> tuple[list[Article | Redirect], dict[str, Any]]:
    """What a file gives, and the counts of all its parts together."""
    path.write_bytes(content)
    plan = make_plan(find_sources([path]), TOPICS, True, part_size)
    all_found: list[Article | Redirect] = []
    whole = Report("dump")
    for job in plan.jobs:
        found, report = extract(job.source, job.topics, job.refs, job.head)
        all_found += without_links(found)
        whole.absorb(report)
    return all_found, whole.counts()


@settings(some, max_examples=30)  # each reads three files and as many parts as there are streams
@given(cut=dumps())
@example(cut=NO_WHOLE_START)
def test_a_dump_gives_the_same_whole_and_in_parts(folder: Path, cut: Cut) -> None:
    dump, streams = cut
    packed = b"".join(map(bz2.compress, streams))
    whole = _import(folder / "x.xml", dump, 1)
    assert _import(folder / "x.xml.bz2", packed, WHOLE) == whole
    assert _import(folder / "parts.xml.bz2", packed, 1) == whole


ROW = ["Emma", {"author": "[[A]]"}, ["B"], ["http://c.org"], "2020-01-02T03:04:05Z", 9]
LINE = json.dumps(ROW).encode()
SOUND = {"x.xml": TWO_PAGES, "x.ndjson": LINE}
TOKENS = rb"""
<page> </page> <id> </id> <ns> 999 x -1 &lt; &#1; <siteinfo> </siteinfo> </mediawiki> key=" {{Infobox_film [[ ]] { } [ ]
null 1e999 9999999999999999999 NaN , " \u0000 \ud800 2020 http://x\u0000.y
"""


@st.composite
def damaged(draw: st.DrawFn) -> tuple[str, bytes]:
    """A sound file with something else in one place."""
    name = draw(st.sampled_from(list(SOUND)))
    start = draw(st.integers(0, len(SOUND[name])))
    token = draw(st.sampled_from(TOKENS.split()) | st.binary(max_size=3))
    return name, SOUND[name][:start] + token + SOUND[name][start + draw(st.integers(0, 12)) :]


@settings(some, max_examples=100)
@given(file=damaged())
@example(file=("x.xml", TWO_PAGES.replace(b"<id>1</id>", b"<id>x</id>")))
@example(file=("x.xml", TWO_PAGES.replace(b"<id>1</id>", b"<id>99999999999999999999</id>")))
@example(file=("x.xml", TWO_PAGES.replace(b"2020-", b"20-")))
@example(file=("x.xml", TWO_PAGES.replace(b"<ns>0", b"<ns>2300")))
@example(file=("x.xml", TWO_PAGES.replace(b'key="14"', b'key="x"')))
@example(file=("x.xml", TWO_PAGES.replace(b"</case>", b"</cast>")))
@example(file=("x.ndjson", LINE.replace(b" 9]", b" 1e999]")))
@example(file=("x.ndjson", LINE.replace(b" 9]", b" -9]")))
@example(file=("x.ndjson", LINE.replace(b" 9]", b" 99999999999]")))
@example(file=("x.ndjson", LINE.replace(b"author", b"a\\u0000\\ud800")))
@example(file=("x.ndjson", LINE.replace(b"c.org", b"c\\u0000.org")))
@example(file=("x.ndjson", LINE.replace(b"c.org", b"\\ud800.org")))
def test_a_damaged_file_is_one_clear_error_or_gives_what_the_tables_take(folder: Path, file: tuple[str, bytes]) -> None:
    name, content = file
    try:
        found, _ = _import(folder / name, content, WHOLE)
    except WikishelfError as error:
        assert str(folder / name) in str(error)  # noqa: PT017
        return
    for article in (one for one in found if isinstance(one, Article)):
        links, facets = [link.title for link in article.links], [text for _, text in article.facets]
        texts = [article.title, *article.infobox, *article.infobox.values(), *links, *facets]
        assert "\0" not in "".join(texts).encode().decode(), "no NUL and no half of a surrogate pair"
        assert 0 <= article.text_length < 1 << 31
        assert all(number is None or number < 1 << 63 for number in (article.page_id, article.revision_id))
