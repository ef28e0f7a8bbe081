"""Years of any age in questions: the answers are those that plain numbers give."""

import json

import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import YearInvalid
from db.search import described
from tests.support.planted import article, load, store_model

YEARS = (-2100, -1200, -800, -45, -44, -1, 1, 2, 98, 731, 999, 1000, 1851, 2024)
RANGES = (
    *(f"{year}" for year in (-44, 98, 1851, 5)),
    *("-2100..-1200", "-50..-40", "-45..1", "-1..1", "1..999", "0..98", "-800..", "..-800", "..0", "0.."),
    *("..98", "1851..", "-9999..9999"),
    *("-44..-44", "731..731", "3..97", "-700..-46"),
)  # fmt: skip


@pytest.fixture
def shelf(database: Database) -> Database:
    """A book of each year, and one without."""
    stored = {year: f"-{-year:04}" if year < 0 else f"{year:04}" for year in YEARS}
    load(
        database,
        *(article(f"Of {year}", ["Shared"], facets=(("year", value),)) for year, value in stored.items()),
        article("Of no year", ["Shared"]),
    )
    store_model(database)
    return database


def within(asked: str) -> set[str]:
    low, dots, high = asked.partition("..")
    first, last = int(low or -10_000), int((high if dots else low) or 10_000)
    return {f"Of {year}" for year in YEARS if first <= year <= last}


@pytest.mark.parametrize("asked", RANGES)
def test_years_and_ranges_of_years_match_as_numbers_do(shelf: Database, asked: str) -> None:
    answer = search.similar_articles(shelf, "Of no year", 100, facets={"year": asked})
    assert {row.title for row in answer} == within(asked)
    with shelf.transaction() as connection:
        query = text("select title from similar_articles('Of no year', 100, facets => cast(:facets as jsonb))")
        rows = connection.execute(query, {"facets": json.dumps({"year": asked})})
        assert {row.title for row in rows} == within(asked)


@pytest.mark.parametrize(("year", "shown"), [(-2100, "2100 BC"), (-44, "44 BC"), (98, "98"), (1851, "1851")])
def test_a_year_is_shown_as_people_write_it(shelf: Database, year: int, shown: str) -> None:
    assert described.describe_article(shelf, f"Of {year}").facets == {"year": [shown]}


def test_several_ranges_are_one_question(shelf: Database) -> None:
    asked: list[str | int] = ["-50..-40", "-44", "90..100", 1851, -1]
    answer = search.similar_articles(shelf, "Of no year", 100, facets={"year": asked})
    assert {row.title for row in answer} == {f"Of {year}" for year in (-45, -44, -1, 98, 1851)}


@pytest.mark.parametrize(
    "year", ["", "..", "-", "-..", "1-9", "12345", "-12345", "5..-5", "1900..1800", "50s", "..--5", "１９８４"]
)
def test_what_is_no_year_is_refused(shelf: Database, year: str) -> None:
    with pytest.raises(YearInvalid, match="a year must be written as"):
        search.similar_articles(shelf, "Of no year", 1, facets={"year": year})
