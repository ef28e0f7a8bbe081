"""The quickest bench runs, so that a renamed table or file is noticed before the next measurement."""

from tests.support.commands import done


def test_loading_is_measured_in_every_way(url: str) -> None:
    printed = done("bench.load", "--share", "0.005", DATABASE_URL=url).splitlines()
    assert len(printed) == 12
    assert all(line.endswith(" rows/s") for line in printed)


def test_a_small_shelf_is_measured_from_the_import_to_an_answer() -> None:
    stages = ("import", "train", "switch", "fold-in", "search")
    printed = done("bench.scale", "500", "--epochs", "2", "--stages", ",".join(stages))
    for line in ("import", "fit, 2 epochs", "store", "switch", "fold them in", "search", "on disk"):
        assert f"\n{line}" in printed
    recall = {line[:28].strip(): line.split()[-1] for line in printed.splitlines() if line.startswith("    ")}
    assert float(recall["similar"]) > 0.98
    assert float(recall["HTTP, similar"]) > 0.98
