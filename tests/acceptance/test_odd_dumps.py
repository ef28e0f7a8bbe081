"""Dumps that are not what an import needs, or not quite: one line, or a word in the report."""

import bz2
import gzip
import os
import subprocess
import sys
from pathlib import Path

import pytest

from db.connection import Database
from ingest.dumps.files import find_sources
from ingest.plan import make_plan
from ingest.report import Report
from ingest.run import import_all
from ingest.topics.catalogue import load_topics
from tests.conftest import ROOT
from tests.support.commands import answer, command, refusal
from tests.support.pages import BOOK, HEAD, OTHER, TAIL, page


def stub(title: str, number: int) -> str:
    """A page as a stub dump has it."""
    text = '<text bytes="9" sha1="x" />'
    return page(title, "", number=number).replace('<text bytes="1" xml:space="preserve"></text>', text)


def written(folder: Path, name: str, content: str | bytes) -> str:
    path = folder / name
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return str(path)


STUBS = HEAD + stub("A", 1) + stub("B", 2) + TAIL
REFUSED: dict[str, tuple[str | bytes, str]] = {
    "stub-meta-current.xml": (STUBS, "2 pages and the text of none"),
    "stub-articles.xml.gz": (gzip.compress(STUBS.encode()), "2 pages and the text of none"),
    "stub.xml.bz2": (bz2.compress(STUBS.encode()), "give a pages-articles file"),
    "siteinfo.xml": (HEAD + TAIL, "0 pages"),
    "abstract.xml": ("<feed>\n<doc>\n<title>Wikipedia: A</title>\n</doc>\n</feed>\n", "<feed>"),
    "page.sql.gz": (gzip.compress(b"-- MySQL dump 10.19\nDROP TABLE IF EXISTS `page`;\n"), "-- MySQL dump"),
    "all-titles.gz": (gzip.compress(b"page_title\n!\n!!\n"), "page_title"),
    "index.html": ("<!DOCTYPE html><html></html>", "DOCTYPE"),
    "index.txt.bz2": (bz2.compress(b"600:10:AccessibleComputing\n"), "600:10"),
    "image.png.xml": (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "PNG"),
    "entities.json": ('[\n{"type":"item","id":"Q1"}\n]', "neither"),
    "empty.xml.gz": (gzip.compress(b""), "empty"),
    "cut.xml": (STUBS[:-30], "cut off"),
    "cut.xml.gz": (gzip.compress(STUBS.encode())[:-9], "cut off"),
    "logging.xml": (HEAD + "<logitem><id>1</id></logitem>" + TAIL, "0 pages"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_dump_of_another_kind(url: str, tmp_path: Path, name: str) -> None:
    content, words = REFUSED[name]
    finished = command("ingest", written(tmp_path, name, content), DATABASE_URL=url)
    *progress, line = finished.stderr.splitlines()
    assert (finished.returncode, finished.stdout, len(progress) < 2) == (1, "", True)
    assert name in line
    assert words in line


PIPES = {
    "cat {dump} | {ingest} /dev/stdin": 1,
    "cat {dump} | {ingest} -": 1,
    "cat {dump} | {ingest} /proc/self/fd/0": 1,
    "{ingest} <(cat {dump})": 1,
    "mkfifo {dump}.fifo; {ingest} {dump}.fifo": 1,
    "{ingest} /dev/null": 1,
    "{ingest} /dev/zero": 1,
    "{ingest} {dump} -": 1,
    "{ingest} /dev/stdin < {dump}": 0,
}


@pytest.mark.parametrize("line", PIPES)
def test_a_pipe_is_refused_in_one_line(url: str, tmp_path: Path, line: str) -> None:
    dump = written(tmp_path, "dump.xml.bz2", bz2.compress((HEAD + BOOK + TAIL).encode()))
    shell = line.format(dump=dump, ingest=f"{sys.executable} -m ingest")
    environment = {**os.environ, "DATABASE_URL": url}
    done = subprocess.run(["bash", "-c", shell], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    *told, _ = done.stderr.splitlines()  # An import ends with what to do next.
    assert (done.returncode, len(told)) == (PIPES[line], 1 - PIPES[line]), done.stderr
    assert ("is a pipe or a device" in done.stderr) == bool(PIPES[line])


def test_a_dump_without_an_article_says_what_it_has(url: str, tmp_path: Path) -> None:
    film = page("Alien", "{{Infobox film\n| name = Alien\n}}")
    odd = page("Rome", "{{Infobox_Roman road\n | name = x\n}} {{Infobox film|name=x}}", number=8)
    dump = written(tmp_path, "films.xml", HEAD + film + odd + OTHER + TAIL)
    (report,) = answer("ingest", dump, DATABASE_URL=url)["sources"]
    hint = "infoboxes of its first pages: Infobox film (1, --topic 'film'), Infobox Roman road (1)"
    assert report["warnings"] == [f"no page is a book; {hint}"]
    (report,) = answer("ingest", dump, "--topic", "film", DATABASE_URL=url)["sources"]
    assert (report["articles"], report["warnings"]) == (2, [])


SAME_ID, SAME_TITLE = "the same page id again", "the same title again"


@pytest.mark.parametrize("packed", ["one file", "two files", "two streams"])
@pytest.mark.parametrize(
    ("first", "second", "reason", "lost"),
    [
        (("A", 7), ("B", 7), SAME_ID, "A"),
        (("A", 7), ("A", 8), SAME_TITLE, "A"),
        (("A", 7), ("A", 7), SAME_TITLE, "A"),
        (("A b", 7), ("a_b", 8), SAME_TITLE, "A b"),
        (("E\u0301", 7), ("\u00c9", 8), SAME_TITLE, "\u00c9"),
    ],
)
def test_a_page_that_comes_twice_is_said(
    database: Database, tmp_path: Path, packed: str, first: tuple[str, int], second: tuple[str, int], reason: str,
    lost: str,
) -> None:  # fmt: skip
    one, two = (page(title, "{{Infobox book}} [[X]]", number=number) for title, number in (first, second))
    if packed == "two files":
        sources = [written(tmp_path, f"{n}.xml", HEAD + text + TAIL) for n, text in enumerate((one, two))]
    elif packed == "two streams":
        streams = (bz2.compress(text.encode()) for text in (HEAD + one, two + TAIL))
        sources = [written(tmp_path, "dump.xml.bz2", b"".join(streams))]
    else:
        sources = [written(tmp_path, "dump.xml", HEAD + one + two + TAIL)]
    report, articles = imported(database, sources)
    assert (report.skipped, report.skipped_titles) == ({reason: 1}, {reason: [lost]})
    assert articles == 1


def test_a_file_whose_name_is_not_utf_8(database: Database, tmp_path: Path) -> None:
    source = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.xml"))
    source.write_text(HEAD + BOOK + TAIL)
    report, articles = imported(database, [str(source)])
    assert (report.source, articles) == (f"{tmp_path}/\\xff.xml", 1)


def test_rows_are_told_apart_by_their_titles(database: Database, tmp_path: Path) -> None:
    rows = "".join(f'["{title}", {{}}, ["X"], [], null, 5]\n' for title in ("A", "B", "A"))
    report, articles = imported(database, [written(tmp_path, "rows.ndjson", rows)])
    assert (report.skipped_titles, articles) == ({SAME_TITLE: ["A"]}, 2)


def imported(database: Database, sources: list[str]) -> tuple[Report, int]:
    """Import books, each stream as a part; gives the report of the first source, and how many articles are stored."""
    topics = load_topics()
    plan = make_plan(find_sources(map(Path, sources)), topics, True, part_size=1)
    reports, stored = import_all(database, plan, topics, prune=False, workers=1, scheduler=None)
    return reports[0], stored.articles


def old_dump(base: str, sitename: str = "Wikipedia") -> str:
    """A dump as versions 0.3 to 0.8 wrote it, without the name of the database."""
    head = HEAD.replace("<dbname>testwiki</dbname>", f"<base>{base}</base>" if base else "")
    return head.replace("<sitename>Wikipedia", f"<sitename>{sitename}") + BOOK + TAIL


WIKIS = {
    "http://fr.wikipedia.org/wiki/Accueil": "frwiki",
    "https://en.wikipedia.org/wiki/Main_Page": "enwiki",
    "http://it.wikipedia.org/": "itwiki",
    "http://zh-min-nan.wikipedia.org/wiki/X": "zh_min_nanwiki",
    "http://en.m.wikipedia.org/wiki/Main_Page": "enwiki",
    "HTTP://DE.Wikipedia.org/wiki/X": "dewiki",
    "http://fr.wiktionary.org/wiki/Accueil": "frwiktionary",
    "http://simple.wikipedia.org/wiki/Main_Page": "simplewiki",
    "http://starwars.example.org/wiki/Main_Page": "starwars.example.org",
    "": "Wikipedia",
    "nonsense": "Wikipedia",
}


@pytest.mark.parametrize("base", WIKIS)
def test_the_base_address_names_the_wiki(tmp_path: Path, base: str) -> None:
    (source,) = find_sources([Path(written(tmp_path, "old.xml", old_dump(base)))])
    assert make_plan([source], load_topics(), True).wikis == (WIKIS[base],)


def test_old_dumps_of_two_wikis_are_refused(url: str, tmp_path: Path) -> None:
    dumps = [written(tmp_path, f"{n}.xml", old_dump(base)) for n, base in enumerate([*WIKIS][:2])]
    line = refusal("ingest", *dumps, DATABASE_URL=url)
    assert "frwiki" in line
    assert "enwiki" in line
