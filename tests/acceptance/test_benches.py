"""The quickest bench runs, so that a renamed table or file is noticed before the next measurement."""

from tests.support.commands import done


def test_loading_is_measured_in_every_way(url: str) -> None:
    printed = done("bench.load", "--share", "0.005", DATABASE_URL=url).splitlines()
    assert len(printed) == 12
    assert all(line.endswith(" rows/s") for line in printed)
