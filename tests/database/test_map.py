"""The map in the database: placed articles, regions and their names, and the parts, read by a parser of their own."""

import json
import struct
from collections import Counter
from collections.abc import Iterator
from typing import Any, NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from db.connection import Database
from db.importing.records import Article
from db.maps import storing
from db.maps.positions import Positions
from db.models import activation, fold_in, registry, vectors
from db.search.map import map_part
from tests.support.planted import article, load, store_map, store_model

GENRES = ("Fantasy", "Fantasy novel", "Satire")


def book(n: int) -> Article:
    facets = [("year", str(1900 + n)), ("genre", GENRES[n % 3])] if n % 5 else [("year", str(1900 + n))]
    links = ["Shared", "Left" if n < 30 else "Right", f"Link {n % 7}"]
    return article(f"Book {n:02}", [*links, *(f"Extra {extra}" for extra in range(n % 4))], facets=tuple(facets))


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    """60 books on a line; model 1 has a map, and its two regions are the left and the right half."""
    load(database, *(book(n) for n in range(60)))
    store_model(database)
    with database.transaction() as connection:
        ids, numbers = numbered(connection)
        xy = np.stack([numbers / 30 - 1, np.full(60, 0.25)], axis=1).astype(np.float32)
        storing.store(connection, 1, Positions(ids, xy), [(numbers >= 30).astype(np.int32)])
    yield database


def numbered(connection: Connection) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """The ids of the articles, and the numbers in their titles."""
    ids, _ = vectors.read(connection, 1, "articles", 8)
    titles = connection.scalars(
        text("select title from articles where article_id = any(:ids) order by article_id"), {"ids": ids.tolist()}
    )
    return ids, np.array([int(title[-2:]) for title in titles])


def rows(database: Database, query: str) -> list[Any]:
    with database.session() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


class Parsed(NamedTuple):
    header: dict[str, Any]
    points: list[tuple[int, float, float]]


def parsed(database: Database) -> Parsed:
    part = map_part(database, "points")
    assert part is not None
    (length,) = struct.unpack_from("<I", part.content)
    assert length % 4 == 0
    header = json.loads(part.content[4 : 4 + length].decode("utf-8"))
    n = header["articles"]
    assert len(part.content) == 4 + length + 8 * n
    assert (header["model_id"], header["made_at"]) == (part.model_id, part.made_at.isoformat())
    ids = struct.unpack_from(f"<{n}I", part.content, 4 + length)
    xs, ys = (struct.unpack_from(f"<{n}H", part.content, 4 + length + 4 * n + 2 * n * axis) for axis in (0, 1))
    return Parsed(header, [(i, x / 65535 * 2 - 1, y / 65535 * 2 - 1) for i, x, y in zip(ids, xs, ys, strict=True)])


def colours(database: Database, field: str) -> bytes:
    part = map_part(database, f"colour/{field}")
    assert part is not None
    return part.content


def test_points_are_where_the_view_says_the_heaviest_first(shelf: Database) -> None:
    found = parsed(shelf).points
    expected = rows(
        shelf,
        "select article_id, x, y from article_positions join articles using (article_id)"
        " order by prominence desc, article_id",
    )
    assert [one[0] for one in found] == [one[0] for one in expected]
    assert np.array(found) == pytest.approx(np.array(expected), abs=1.01 / 65535)
    assert min(y for _, _, y in found) > 0.2


def test_titles_stand_in_the_order_of_the_points(shelf: Database) -> None:
    part = map_part(shelf, "titles")
    assert part is not None
    title = dict(rows(shelf, "select article_id, title from articles"))
    assert part.content.decode().split("\n") == [title[one[0]] for one in parsed(shelf).points]


def test_colours_mean_what_the_legend_says(shelf: Database) -> None:
    found = parsed(shelf)
    fields = {one["field"]: one for one in found.header["fields"]}
    assert set(fields) == {"topic", "genre", "year", "prominence"}
    genre = dict(rows(shelf, "select article_id, value from facets where name = 'genre'"))
    legend = fields["genre"]
    meant = [None, *(row["value"] for row in legend["values"])]
    fold = {"Fantasy novel": "Fantasy"}
    true = [fold.get(genre.get(one[0], ""), genre.get(one[0])) for one in found.points]
    assert [meant[code] for code in colours(shelf, "genre")] == true
    counts = Counter(true)
    assert [(row["value"], row["count"]) for row in legend["values"]] == [
        (value, count) for value, count in counts.most_common() if value is not None
    ]
    assert (legend["none"], legend["other"]) == (counts[None], 0)
    for one in fields.values():
        if one["kind"] == "values":
            assert sum(row["count"] for row in one["values"]) + one["other"] + one["none"] == 60


def test_years_are_on_a_scale(shelf: Database) -> None:
    year = {i: int(value) for i, value in rows(shelf, "select article_id, value from facets where name = 'year'")}
    legend = next(one for one in parsed(shelf).header["fields"] if one["field"] == "year")
    assert (legend["kind"], legend["min"], legend["max"], legend["none"]) == ("scale", 1900, 1959, 0)
    meant = [1900 + (code - 1) / 253 * 59 for code in colours(shelf, "year")]
    assert meant == pytest.approx([year[one[0]] for one in parsed(shelf).points], abs=59 / 253)


def test_what_is_twice_as_common_in_a_region_does_not_name_it(shelf: Database) -> None:
    found = rows(shelf, "select region_id, level, name, articles from map_regions order by 1")
    assert found == [(1, 1, None, 30), (2, 1, None, 30)]
    assert parsed(shelf).header["regions"] == []


def test_a_name_stands_once_where_it_fits_best(database: Database) -> None:
    """Both regions have "Both": 10 of 10 articles (score 10 ln 5.6) and 8 of 10 (8 ln 4.4); 4 of these have "B"."""
    links = [["Both"] if n < 14 else ["Both", "B"] if n < 18 else ["Rest"] for n in range(100)]
    load(database, *(article(f"T {n:02}", row) for n, row in enumerate(links)))
    store_model(database)
    with database.transaction() as connection:
        ids, numbers = numbered(connection)
        regions = np.digitize(numbers, [10, 20]).astype(np.int32)
        storing.store(connection, 1, Positions(ids, np.zeros((100, 2), np.float32)), [regions])
    found = rows(database, "select region_id, name, articles from map_regions order by 1")
    assert found == [(1, "Both", 10), (2, "B", 10), (3, None, 80)]


def test_articles_in_a_region_come_by_prominence(shelf: Database) -> None:
    found = rows(shelf, "select title, topic, prominence from articles_in_region(2, 3)")
    titles = rows(shelf, "select title, topic, prominence from articles where title >= 'Book 30'")
    assert found == sorted(titles, key=lambda row: -row[2])[:3]
    assert len(rows(shelf, "select * from articles_in_region(1)")) == 30
    assert rows(shelf, "select * from articles_in_region(99)") == []


def test_new_articles_stand_where_most_of_their_neighbours_do(shelf: Database) -> None:
    before = rows(shelf, "select article_id, x, y, region_1 from article_positions order by 1")
    load(shelf, article("New", ["Shared", "Link 3"]), article("Newer", ["Shared", "Link 3"]))
    with shelf.transaction() as connection:
        assert fold_in.fold_in(connection).new == 2
        ids, unit = vectors.read(connection, 1, "articles", 8)
    assert rows(shelf, "select article_id, x, y, region_1 from article_positions order by 1")[:60] == before
    mapped = {one[0]: one for one in before}
    (new_id,) = [one for (one,) in rows(shelf, "select article_id from articles where title = 'New'")]
    order = np.argsort(-(unit @ unit[ids == new_id][0]), kind="stable")
    ten = [mapped[int(one)] for one in ids[order] if int(one) in mapped][:10]
    far = [sum(abs(one[1] - other[1]) / (2 + rank) for rank, other in enumerate(ten)) for one in ten]
    middle = ten[int(np.argmin(far))][1]
    expected = np.median([one[1] for one in ten if abs(one[1] - middle) <= 0.02])
    (placed,) = rows(shelf, f"select x, y, region_1 from article_positions where article_id = {new_id}")
    assert placed[:2] == pytest.approx((expected, 0.25))
    assert placed[2] == (2 if middle >= 0 else 1)
    assert parsed(shelf).header["articles"] == 62
    counted = "select region_1, count(*) from article_positions group by 1 order by 1"
    assert rows(shelf, "select region_id, articles from map_regions order by 1") == rows(shelf, counted)


def test_an_import_renews_the_parts_and_leaves_out_what_is_gone(shelf: Database) -> None:
    first = map_part(shelf, "titles")
    with shelf.transaction() as connection:
        connection.execute(text("delete from articles where title = 'Book 07'"))
        connection.execute(text("update articles set title = 'Renamed' where title = 'Book 08'"))
        storing.follow_import(connection)
    second = map_part(shelf, "titles")
    assert first is not None
    assert second is not None
    assert second.made_at > first.made_at
    assert set(second.content.decode().split("\n")) ^ set(first.content.decode().split("\n")) == {
        "Book 07", "Book 08", "Renamed",
    }  # fmt: skip


def test_the_map_is_switched_and_dropped_with_its_model(shelf: Database) -> None:
    second = store_model(shelf, seed=3)
    assert rows(shelf, "select * from article_positions") == []
    assert map_part(shelf, "points") is None
    store_map(shelf, second)
    assert parsed(shelf).header["model_id"] == second
    with shelf.transaction() as connection:
        activation.activate(connection, 1)
    assert parsed(shelf).header["model_id"] == 1
    with shelf.transaction() as connection:
        activation.drop(connection, second)
        assert [model.model_id for model in registry.listed(connection)] == [1]


def test_there_is_no_part_without_a_model(database: Database) -> None:
    assert map_part(database, "points") is None
    assert rows(database, "select * from map_regions") == []
    assert rows(database, "select * from articles_in_region(1)") == []
