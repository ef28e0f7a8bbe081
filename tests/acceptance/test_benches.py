"""The quickest bench runs, so that a renamed table or file is noticed before the next measurement."""

from pathlib import Path

from bench import large_dump
from tests.support.commands import done


def test_loading_is_measured_in_every_way(url: str) -> None:
    printed = done("bench.load", "--share", "0.005", DATABASE_URL=url).splitlines()
    assert len(printed) == 12
    assert all(line.endswith(" rows/s") for line in printed)


def test_an_update_of_a_large_dump_gives_what_a_first_import_gives(tmp_path: Path) -> None:
    large_dump.make(tmp_path / "first", 0.002, 2)
    large_dump.make(tmp_path / "later", 0.002, 2, changed=0.1)
    printed = done("bench.large_import", str(tmp_path / "first"), "--all-topics", "--update", str(tmp_path / "later"))
    assert printed.count("2 MB of XML, 500 pages") == 3
    assert printed.splitlines()[-1] == "the updated shelf has the same articles, links, pairs, aliases, facets"
