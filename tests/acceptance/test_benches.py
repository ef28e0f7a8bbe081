"""The quickest bench runs, so that a renamed table or file is noticed before the next measurement."""

from pathlib import Path

from bench import large_dump
from tests.support.commands import done


def test_loading_is_measured_in_every_way(url: str) -> None:
    printed = done("bench.load", "--share", "0.005", DATABASE_URL=url).splitlines()
    assert len(printed) == 12
    assert all(line.endswith(" rows/s") for line in printed)


def test_a_small_shelf_is_measured_from_the_import_to_an_answer() -> None:
    stages = ("import", "train", "switch", "fold-in", "search")
    printed = done("bench.scale", "500", "--epochs", "2", "--stages", ",".join(stages))
    for line in ("import", "fit, 2 epochs", "store", "switch", "the second index", "fold them in", "search", "on disk"):
        assert f"\n{line}" in printed
    recall = {line[:28].strip(): line.split()[-1] for line in printed.splitlines() if line.startswith("    ")}
    assert float(recall["similar"]) > 0.98
    assert float(recall["HTTP, similar"]) > 0.98


def test_an_update_of_a_large_dump_gives_what_a_first_import_gives(tmp_path: Path) -> None:
    large_dump.make(tmp_path / "first", 0.002, 2)
    large_dump.make(tmp_path / "later", 0.002, 2, changed=0.1)
    printed = done("bench.large_import", str(tmp_path / "first"), "--all-topics", "--update", str(tmp_path / "later"))
    assert printed.count("2 MB of XML, 500 pages") == 3
    assert printed.splitlines()[-1] == "the updated shelf has the same articles, links, pairs, aliases, facets"
