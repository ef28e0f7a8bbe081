"""The map as a picture, against SQL; pictures as files; every figure of the tutorial."""

import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import matplotlib
import numpy as np
import psycopg
import pytest
from matplotlib import image, pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

import api
from api.errors import ColourInvalid
from api.plots.axes import COLOURS, NONE, OTHER
from db.connection import Database
from db.errors import ArticleNotFound, MapMissing, TextInvalid
from tests.conftest import ROOT, SAMPLE, as_url, new_database
from tests.support.commands import command, done, refusal
from tests.support.planted import article, load, load_small_shelf

Place = tuple[int, int]


@pytest.fixture(scope="module")
def mapped_url(server_url: str, sample_url: str) -> Iterator[str]:
    """A copy of the sample's database, with a map."""
    with new_database(server_url, SAMPLE) as url:
        done("train", "map", DATABASE_URL=as_url(url))
        yield as_url(url)


@pytest.fixture
def shelf(mapped_url: str) -> Iterator[api.Shelf]:
    matplotlib.use("agg")
    with api.Shelf(Database(mapped_url)) as shelf:
        yield shelf
    pyplot.close("all")


def asked(url: str, query: str, *given: object) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, given or None).fetchall()


def drawn(ax: Axes) -> dict[str, Counter[Place]]:
    """The places of the points of each colour, in steps of the map's 65,535."""
    found: dict[str, Counter[Place]] = {}
    for collection in ax.collections:
        if len(collection.get_facecolors()):  # type: ignore[attr-defined]
            colour = to_hex(collection.get_facecolors()[0])  # type: ignore[attr-defined]
            found.setdefault(colour, Counter()).update(steps(collection.get_offsets()))
    return found


def stored(url: str, where: str, *given: object) -> Counter[Place]:
    """The places of some articles by SQL."""
    query = f"select p.x, p.y from article_positions p join articles a using (article_id) where {where}"
    return Counter(steps(asked(url, query, *given)))


def steps(places: object) -> list[Place]:
    rounded = np.round((np.array(places, float).reshape(-1, 2) + 1) / 2 * 65535).astype(int)
    return [(int(x), int(y)) for x, y in rounded]


def legend(ax: Axes) -> dict[str, tuple[str, int]]:
    """Of each entry its colour and its count."""
    drawn = ax.get_legend()
    assert drawn is not None
    found = {}
    for text, handle in zip(drawn.get_texts(), drawn.legend_handles, strict=True):
        value, count = re.fullmatch(r"(.*) \(([\d,]+)\)", text.get_text()).groups()  # type: ignore[union-attr]
        found[value] = (to_hex(handle.get_facecolor()[0]), int(count.replace(",", "")))  # type: ignore[union-attr]
    return found


def test_all_articles_are_where_sql_says(shelf: api.Shelf, mapped_url: str) -> None:
    (found,) = drawn(shelf.map()).values()
    assert found == stored(mapped_url, "true")
    assert found.total() == asked(mapped_url, "select count(*) from article_vectors")[0][0]


def test_topics_are_counted_as_sql_counts(shelf: api.Shelf, mapped_url: str) -> None:
    ax = shelf.map("topic")
    topics = [str(topic) for (topic,) in asked(mapped_url, "select distinct topic from articles")]
    expected = {topic: stored(mapped_url, "topic = %s", topic) for topic in topics}
    entries, found = legend(ax), drawn(ax)
    assert {topic: found[colour] for topic, (colour, _) in entries.items()} == expected
    assert {topic: count for topic, (_, count) in entries.items()} == {one: expected[one].total() for one in topics}


# Values that are told apart by case, hyphens and words such as "novel" are one row of the legend.
HAVING = {
    "author": "f.value = %s",
    "country": "f.value = %s",
    "language": "replace(f.value, '-', '') ilike replace(split_part(%s, ' ', 1), '-', '') || '%%'",
    "genre": "replace(f.value, '-', '') ilike replace(split_part(%s, ' ', 1), '-', '') || '%%'",
}


@pytest.mark.parametrize("field", HAVING)
def test_a_facet_has_the_articles_that_have_it(shelf: api.Shelf, mapped_url: str, field: str) -> None:
    ax = shelf.map(field)
    entries, found = legend(ax), drawn(ax)
    assert sum(count for _, count in entries.values()) == stored(mapped_url, "true").total()
    counts = [count for value, (_, count) in entries.items() if value not in {"other", "none"}]
    assert counts == sorted(counts, reverse=True)
    assert [colour for colour, _ in entries.values()][: len(counts)] == [*COLOURS[: len(counts)]]
    facet = f"exists (select from facets f where f.article_id = a.article_id and f.name = '{field}' and {{}})"
    for value, (colour, count) in entries.items():
        assert found[colour].total() == count
        if colour not in {OTHER, NONE}:
            assert found[colour] <= stored(mapped_url, facet.format(HAVING[field]), value), value
    assert found[NONE] == stored(mapped_url, "not " + facet.format("true"))


def test_years_and_prominence_are_scales(shelf: api.Shelf, mapped_url: str) -> None:
    year = "(select min(f.value) from facets f where f.article_id = a.article_id and f.name = 'year')::int"
    for field, number, tolerance in (("year", year, 2.1), ("prominence", "a.prominence", 0.013)):
        scale = next(one for one in shelf.map(field).collections if one.get_array() is not None)
        query = f"select a.article_id, {number}, p.x, p.y from articles a join article_positions p using (article_id)"
        rows = [row for row in asked(mapped_url, query) if row[1] is not None]
        expected: dict[Place, list[float]] = {}
        for place, row in zip(steps([row[2:] for row in rows]), rows, strict=True):
            expected.setdefault(place, []).append(float(str(row[1])))  # two articles may be alike, and at one place
        assert len(rows) == len(np.asarray(scale.get_offsets()))
        for place, shade in zip(steps(scale.get_offsets()), np.asarray(scale.get_array()), strict=True):
            assert min(abs(shade - one) for one in expected[place]) < tolerance, field


def test_rings_are_around_the_liked(shelf: api.Shelf, mapped_url: str) -> None:
    ax = shelf.map("topic", like=["1984 (novel)", "Dracula"])
    rings = Counter(steps(ax.collections[-1].get_offsets()))
    assert rings == stored(mapped_url, "title in ('Dracula', 'Nineteen Eighty-Four')")
    assert {"Dracula", "1984 (novel)"} <= {text.get_text() for text in ax.texts}
    one = shelf.map(like="Dracula").collections[-1].get_offsets()
    assert Counter(steps(one)) == stored(mapped_url, "title = 'Dracula'")


def test_what_the_map_does_not_have(shelf: api.Shelf, database: Database) -> None:
    with pytest.raises(ColourInvalid, match='no colours by "publisher".*topic.*genre'):
        shelf.map("publisher")
    with pytest.raises(ArticleNotFound, match='did you mean "Dracula"'):
        shelf.map(like="Draculla")
    for given in ({"colour": "a\0"}, {"like": "a\0"}):
        with pytest.raises(TextInvalid):
            shelf.map(**given)  # type: ignore[arg-type]
    load_small_shelf(database)
    load(database, article("New"))
    with pytest.raises(MapMissing, match="python -m train map"):
        api.Shelf(database).map()
    line = refusal("api", "map", "--save", "map.png", DATABASE_URL=as_url(database.url))
    assert "has no map" in line


@pytest.mark.parametrize("ending", ["png", "svg"])
def test_the_same_shelf_gives_the_same_bytes(mapped_url: str, tmp_path: Path, ending: str) -> None:
    for number in (1, 2):
        given = ["api", "map", "--colour", "genre", "--like", "Dracula", "--save", str(tmp_path / f"{number}.{ending}")]
        finished = command(*given, DATABASE_URL=mapped_url, MPLBACKEND="tkagg")
        assert (finished.returncode, finished.stdout) == (0, ""), finished.stderr
    assert (tmp_path / f"1.{ending}").read_bytes() == (tmp_path / f"2.{ending}").read_bytes()


def test_a_picture_has_an_ending_and_a_folder(mapped_url: str, tmp_path: Path) -> None:
    finished = command("api", "plot", "linked", "page", "--save", "a.gif", DATABASE_URL=mapped_url)
    assert finished.returncode == 2
    assert "must end with .png or .svg, not 'a.gif'" in finished.stderr
    missing = tmp_path / "missing" / "a.png"
    assert str(missing) in refusal("api", "plot", "linked", "page", "--save", str(missing), DATABASE_URL=mapped_url)


def test_every_figure_of_the_tutorial(mapped_url: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": mapped_url, "PYTHONPATH": str(ROOT), "MPLBACKEND": "agg"}
    script = [sys.executable, "-W", "error", str(ROOT / "examples" / "figures.py")]
    subprocess.run(script, cwd=tmp_path, env=environment, check=True)
    figures = [image.imread(tmp_path / "figures" / f"figure_{n:02}.png") for n in range(1, 12)]
    assert len({figure.tobytes() for figure in figures}) == 11
    assert all(figure[..., :3].std() > 0.03 for figure in figures)
