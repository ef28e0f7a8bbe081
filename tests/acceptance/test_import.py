"""Whole imports: in parts, by processes and by a cluster; updates; topics of one's own."""

import bz2
import hashlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from bench import make_dump
from tests.conftest import ROOT
from tests.support.commands import IMPORTED, answer, contents, done, refusal
from tests.support.servers import wait_for

TOPICS = ("--topic", "book", "--topic", "film")
IN_PARTS = ("--part-size", "0.02", "--workers", "2")  # the sample has 9 streams


def test_parts_by_two_processes_give_what_one_gives(url: str, sample_url: str, sample_dump: Path) -> None:
    report = answer("ingest", str(sample_dump), *TOPICS, *IN_PARTS, DATABASE_URL=url)
    assert contents(url, *IMPORTED) == contents(sample_url, *IMPORTED)
    (source,) = report["sources"]
    assert source["sha256"] == hashlib.sha256(sample_dump.read_bytes()).hexdigest()
    assert (source["wiki"], source["pages"], source["redirects"]) == ("samplewiki", 703, 67)
    assert source["topics"] == {"book": 549, "film": 79}
    assert "Draft:An unfinished book" in source["skipped"]["other namespace"]["titles"]
    with psycopg.connect(url) as connection:
        assert connection.execute("select count(*) from _staging_articles").fetchone() == (0,)


def test_four_processes_count_the_links_as_one_does(url: str, tmp_path: Path) -> None:
    dump = tmp_path / "made.xml.bz2"
    make_dump.write(dump, make_dump.pages(4, 0.1), multistream=True)
    found = []
    for split in (("--workers", "1"), ("--workers", "4", "--part-size", "0.05")):
        done("ingest", str(dump), *split, DATABASE_URL=url)
        with psycopg.connect(url) as connection:
            found.append(connection.execute("select title, linked_from from articles order by title").fetchall())
            connection.execute("update articles set linked_from = null")
    assert found[0] == found[1]
    assert sum(count for _, count in found[0]) > 500


def test_a_folder_of_parts_gives_what_one_file_gives(
    url: str, sample_url: str, sample_dump: Path, tmp_path: Path
) -> None:
    text = bz2.decompress(sample_dump.read_bytes())
    head, *pages = text.split(b"<page>")
    folder = tmp_path / "dump"
    folder.mkdir()
    for number, start in enumerate(range(0, len(pages), 200), start=1):
        body = b"".join(b"<page>" + page.replace(b"</mediawiki>", b"") for page in pages[start : start + 200])
        (folder / f"samplewiki-pages-articles{number}.xml.bz2").write_bytes(bz2.compress(head + body + b"</mediawiki>"))
    done("ingest", str(folder), *TOPICS, "--workers", "2", DATABASE_URL=url)
    assert contents(url, *IMPORTED) == contents(sample_url, *IMPORTED)


def test_the_warnings_of_all_parts_reach_the_report(url: str, sample_dump: Path, tmp_path: Path) -> None:
    _, *pages = bz2.decompress(sample_dump.read_bytes()).split(b"  <page>")
    body = [b"  <page>" + page.removesuffix(b"</mediawiki>\n") for page in pages]
    fragment = tmp_path / "fragment.xml.bz2"
    streams = [b"".join(body[start : start + 100]) for start in range(0, len(body), 100)]
    fragment.write_bytes(b"".join(map(bz2.compress, streams)))
    (source,) = answer("ingest", str(fragment), *TOPICS, *IN_PARTS, DATABASE_URL=url)["sources"]
    no_head, no_end = source["warnings"]
    assert no_head.startswith("no <siteinfo>")
    assert no_end.startswith("no </mediawiki>")


@pytest.fixture
def cluster() -> Iterator[str]:
    """The address of a Dask cluster of two worker processes on this machine."""
    script = """
from distributed import LocalCluster
if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None, host="127.0.0.1") as cluster:
        print(cluster.scheduler_address, flush=True)
        input()
"""
    process = subprocess.Popen(
        [sys.executable, "-c", script], cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    yield process.stdout.readline().strip()
    process.communicate("\n", timeout=60)


def test_a_cluster_gives_what_processes_give(cluster: str, url: str, sample_url: str, sample_dump: Path) -> None:
    done("ingest", str(sample_dump), *TOPICS, *IN_PARTS, "--scheduler", cluster, DATABASE_URL=url)
    assert contents(url, *IMPORTED) == contents(sample_url, *IMPORTED)


def test_a_cluster_that_is_not_there(url: str, sample_dump: Path) -> None:
    line = refusal("ingest", str(sample_dump), "--scheduler", "tcp://127.0.0.1:9", DATABASE_URL=url)
    assert "tcp://127.0.0.1:9" in line


def test_readers_see_the_old_until_they_see_the_new(sample_copy: str, sample_dump: Path, tmp_path: Path) -> None:
    """An update with half of the articles: a reader never sees a mixture, and gets its answers all the time."""
    pages = bz2.decompress(sample_dump.read_bytes()).split(b"  <page>")
    half = tmp_path / "half.xml"
    half.write_bytes(b"  <page>".join(pages[:301]))
    seen: set[tuple[int, ...]] = set()
    ended = threading.Event()

    def look() -> None:
        query = """
            select (select count(*) from articles), (select count(*) from facets where name = 'year'),
                   (select count(*) from similar_articles('War and Peace', 3))"""
        with psycopg.connect(sample_copy, autocommit=True) as connection:
            while not ended.is_set():
                row = connection.execute(query).fetchone()
                assert row is not None
                seen.add(row)
                time.sleep(0.01)

    thread = threading.Thread(target=look)
    thread.start()
    done("ingest", str(half), *TOPICS, "--prune", DATABASE_URL=sample_copy)
    wait_for(lambda: (300, 300, 3) in seen)
    ended.set()
    thread.join()
    assert seen == {(628, 628, 3), (300, 300, 3)}


def test_a_newer_dump_updates(sample_copy: str, sample_dump: Path, tmp_path: Path) -> None:
    before = answer("api", "similar", "Dracula", "--topic", "book", DATABASE_URL=sample_copy)
    text = bz2.decompress(sample_dump.read_bytes()).decode()
    head, *pages = text.split("  <page>")
    gone = [page for page in pages if "<title>Anna Karenina</title>" in page]
    changed = [
        page.replace("<id>10", "<id>99", 1).replace("[[Vampire]]", "[[Bat]]")
        for page in pages
        if "<title>Dracula</title>" in page
    ]
    kept = [page for page in pages if page not in gone and "<title>Dracula</title>" not in page]
    assert len(gone) == len(changed) == 1
    newer = tmp_path / "newer.xml"
    newer.write_text("  <page>".join([head, *changed, *kept]))
    stored = answer("ingest", str(newer), *TOPICS, "--prune", DATABASE_URL=sample_copy)["stored"]
    assert (stored["articles"], stored["new"], stored["changed"], stored["vanished"]) == (627, 0, 1, 1)
    line = refusal("api", "similar", "Anna Karenina", DATABASE_URL=sample_copy)
    assert 'no article is called "Anna Karenina"' in line
    after = answer("api", "similar", "Dracula", "--topic", "book", DATABASE_URL=sample_copy)
    assert [one["title"] for one in after if one["title"] != "Anna Karenina"][:9] == [
        one["title"] for one in before if one["title"] != "Anna Karenina"
    ][:9]


def test_topics_of_one_s_own(url: str, sample_dump: Path, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text("""
[topics.series]
view = "book_series"
infoboxes = ["Infobox book series"]
[topics.series.facets]
author = ["author"]
""")
    report = answer("ingest", str(sample_dump), "--topics", str(mine), "--topic", "series", DATABASE_URL=url)
    assert report["sources"][0]["topics"] == {"series": 1}
    with psycopg.connect(url) as connection:
        assert connection.execute("select title from articles").fetchall() == [("The Chronicles of Narnia",)]
        assert connection.execute("select title, author from book_series").fetchall() == []
    mine.write_text("[topics.series\n")
    assert "mine.toml" in refusal("ingest", str(sample_dump), "--topics", str(mine), DATABASE_URL=url)


def test_sites_can_be_trained_on(sample_copy: str) -> None:
    done("train", "--kinds", "site", "--epochs", "2", "--no-activate", DATABASE_URL=sample_copy)
    assert answer("train", "models", DATABASE_URL=sample_copy)[-1]["settings"]["kinds"] == ["site"]


def test_dumps_of_two_wikis_are_refused_before_anything_is_read(url: str, sample_dump: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.xml"
    other.write_bytes(bz2.decompress(sample_dump.read_bytes()).replace(b"samplewiki", b"otherwiki"))
    line = refusal("ingest", str(sample_dump), str(other), DATABASE_URL=url)
    assert "samplewiki" in line
    assert "otherwiki" in line


@pytest.mark.parametrize(
    ("how", "sessions", "pause"),
    [
        (signal.SIGINT, 3, 0.0),  # while the workers read
        (signal.SIGTERM, 3, 0.0),
        (signal.SIGINT, 1, 0.1),  # while they are being started
        (signal.SIGINT, 1, 0.3),
    ],
)
def test_an_interrupted_import_ends_at_once_and_its_workers_with_it(
    url: str, sample_dump: Path, how: int, sessions: int, pause: float
) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "ingest", str(sample_dump), *TOPICS, *IN_PARTS],
        cwd=ROOT,
        env={**os.environ, "DATABASE_URL": url},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    with psycopg.connect(url, autocommit=True) as connection:
        query = """
            select count(*) from pg_stat_activity
            where datname = current_database() and backend_type = 'client backend' and pid <> pg_backend_pid()"""
        locked = """
            select count(*) > 0 from pg_locks l join pg_database d on d.oid = l.database
            where l.locktype = 'relation' and l.mode = 'ExclusiveLock' and d.datname = current_database()"""
        deadline = time.monotonic() + 60
        while connection.execute(f"select ({query}) >= %s and ({locked})", [sessions]).fetchone() != (True,):
            assert time.monotonic() < deadline
            assert process.poll() is None
            time.sleep(0.005)
        time.sleep(pause)
        os.killpg(process.pid, how)  # as a terminal does
        _, errors = process.communicate(timeout=100)
        assert "Traceback" not in errors, errors
        deadline = time.monotonic() + 60
        while connection.execute(query).fetchone() != (0,):
            assert time.monotonic() < deadline, "a worker lives on"
            time.sleep(0.05)
    done("ingest", str(sample_dump), *TOPICS, DATABASE_URL=url)
