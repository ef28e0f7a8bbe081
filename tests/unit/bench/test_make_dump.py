"""The made-up dump: well formed, of the shape that was asked for, the same every time, and read by the ingest."""

import bz2
import subprocess
import sys
from collections import Counter
from itertools import islice
from pathlib import Path
from xml.parsers import expat

import pytest

from bench.made_text import title_of
from bench.make_dump import Page, pages, write
from db.importing.records import Article, Redirect
from ingest.dumps.files import find_sources
from ingest.extract import extract
from ingest.report import Report
from ingest.topics.catalogue import load_topics
from tests.support.pages import without_links


@pytest.fixture(scope="module")
def made() -> list[Page]:
    return list(pages(2, 0.2, seed=3))


def read(path: Path) -> tuple[list[Article | Redirect], Report]:
    [source] = find_sources([path])
    found, report = extract(source, load_topics())
    return without_links(found), report


def test_bytes_and_share_are_as_asked(made: list[Page]) -> None:
    total = sum(len(page.xml) for page in made)
    books = sum(len(page.xml) for page in made if page.kind == "book")
    assert 2e6 <= total < 2.3e6
    assert books / total == pytest.approx(0.2, abs=0.01)
    kinds = Counter(page.kind for page in made if page.kind != "book")
    assert kinds["redirect"] / kinds.total() == pytest.approx(0.46, abs=0.1)


@pytest.mark.parametrize("share", [0, 1])
def test_a_share_may_be_none_or_nearly_all(share: float) -> None:
    kinds = Counter(page.kind for page in pages(0.3, share))
    assert kinds["book"] == (0 if share == 0 else kinds.total() - 1)


def test_the_same_seed_makes_the_same_bytes(made: list[Page]) -> None:
    assert list(pages(2, 0.2, seed=3)) == made
    assert list(islice(pages(2, 0.2, seed=4), 5)) != made[:5]


def test_titles_are_of_one_page_each(made: list[Page]) -> None:
    titles = [title_of(number) for number in (*range(30_000), *range(24_990_000, 25_010_000), 10**9)]
    assert len(set(titles)) == len(titles)
    assert len({page.title for page in made}) == len(made)


@pytest.mark.parametrize(
    ("name", "multistream", "streams"),
    [("made.xml", False, 0), ("made.xml.bz2", False, 1), ("made.xml.bz2", True, None)],
)
def test_every_packing_holds_the_same_well_formed_xml(
    made: list[Page], tmp_path: Path, name: str, multistream: bool, streams: int | None
) -> None:
    write(tmp_path / "plain.xml", iter(made))
    write(tmp_path / name, iter(made), multistream)
    packed = (tmp_path / name).read_bytes()
    content = bz2.decompress(packed) if streams != 0 else packed
    assert content == (tmp_path / "plain.xml").read_bytes()
    assert packed.count(b"BZh91AY&SY") == (2 + -(-len(made) // 100) if streams is None else streams)
    expat.ParserCreate().Parse(content, True)  # raises what is not well formed


def test_it_packs_like_wikipedia(made: list[Page]) -> None:
    content = b"".join(page.xml for page in made)
    assert 3 < len(content) / len(bz2.compress(content)) < 5


def test_ingest_reads_the_books_and_redirects(made: list[Page], tmp_path: Path) -> None:
    write(tmp_path / "made.xml.bz2", iter(made), multistream=True)
    found, report = read(tmp_path / "made.xml.bz2")
    books = [one for one in found if isinstance(one, Article)]
    assert [book.title for book in books] == [page.title for page in made if page.kind == "book"]
    redirects = [one.title for one in found if isinstance(one, Redirect)]
    assert redirects == [page.title for page in made if page.kind == "redirect"]
    assert (report.pages, report.wiki, report.warnings) == (len(made), "enwiki", [])
    assert all(
        {"author", "genre", "country", "publisher", "year"} <= {name for name, _ in book.facets} for book in books
    )


def test_links_follow_a_power_law(made: list[Page], tmp_path: Path) -> None:
    write(tmp_path / "made.xml", iter(made))
    books = [one for one in read(tmp_path / "made.xml")[0] if isinstance(one, Article)]
    assert 15 < sum(len(book.links) for book in books) / len(books) < 30
    popularity = [count for _, count in Counter(link for book in books for link in book.links).most_common()]
    assert popularity[5] > 10 * popularity[len(popularity) // 2]
    assert not any("idden" in link.title or link.title == "Shown" for book in books for link in book.links)


def test_the_command_refuses_another_name(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "bench.make_dump", str(tmp_path / "made.xml"), "--multistream"]
    refused = subprocess.run(command, capture_output=True, text=True, check=False)
    assert refused.returncode == 2
    assert "OUT must end in .xml.bz2" in refused.stderr
