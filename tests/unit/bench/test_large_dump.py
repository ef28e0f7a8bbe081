from pathlib import Path

from bench.densities import densities
from bench.large_dump import make, page
from db.importing.records import Article
from ingest.dumps.files import find_sources
from ingest.extract import extract
from ingest.topics.catalogue import load_topics

GIGABYTES = 0.004


def revisions(folder: Path) -> dict[str, int | None]:
    """The articles of all topics, read from all files of a folder."""
    found = [one for source in find_sources([folder]) for one in extract(source, load_topics(None))[0]]
    return {one.title: one.revision_id for one in found if isinstance(one, Article)}


def test_a_later_dump_has_some_articles_in_other_revisions(tmp_path: Path) -> None:
    files = make(tmp_path / "first", GIGABYTES, 2)
    make(tmp_path / "later", GIGABYTES, 2, changed=0.2)
    make(tmp_path / "changes", GIGABYTES, 2, changed=0.2, only_changes=True)
    first, later, changes = (revisions(tmp_path / name) for name in ("first", "later", "changes"))
    assert [file.name.partition(".xml")[2] for file in files] == ["-p1p500.bz2", "-p501p1000.bz2"]
    assert set(first) == set(later)
    assert {title: number for title, number in later.items() if number != first[title]} == changes
    assert 0.05 < len(changes) / len(first) < 0.4


def test_a_file_that_is_there_is_kept(tmp_path: Path) -> None:
    (first, second) = make(tmp_path, GIGABYTES, 2)
    content = second.read_bytes()
    first.write_bytes(b"kept")
    second.unlink()
    make(tmp_path, GIGABYTES, 2)
    assert (first.read_bytes(), second.read_bytes()) == (b"kept", content)


def test_the_densities_are_those_of_a_wikipedia(tmp_path: Path) -> None:
    (file,) = make(tmp_path, 0.01, 1)
    found = densities(file)
    assert found["pages"] == 2_500
    assert 40 < found["% of pages that redirect"] < 52
    assert 23 < found["% of pages that are articles"] < 33
    assert 27 < found["% of articles with a topic"] < 40
    assert 4_000 < found["[[ in each MB"] < 7_000
    assert 25 < found["packed, % of the XML"] < 29


def test_a_page_is_made_of_its_number_alone() -> None:
    assert page(7, 1_000) == page(7, 1_000) != page(8, 1_000)
