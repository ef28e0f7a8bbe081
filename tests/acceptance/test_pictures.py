"""The map as a picture, against SQL; pictures as files; every figure of the tutorial."""

import os
import re
import shlex
import subprocess
import sys
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
from tests.conftest import ROOT
from tests.support.commands import command, done, refusal
from tests.support.planted import article, load, load_small_shelf


@pytest.fixture(scope="module")
def mapped_url(sample_url: str) -> str:
    """The sample with a map."""
    done("train", "map", DATABASE_URL=sample_url)
    return sample_url


@pytest.fixture
def shelf(mapped_url: str) -> Iterator[api.Shelf]:
    matplotlib.use("agg")
    with api.Shelf(Database(mapped_url)) as shelf:
        yield shelf
    pyplot.close("all")


def asked(url: str, query: str, *given: object) -> list[tuple[object, ...]]:
    with psycopg.connect(url) as connection:
        return connection.execute(query, given or None).fetchall()


def articles(ax: Axes, url: str) -> dict[str, set[object]]:
    """The articles of each colour, by where SQL says that they are."""
    rows = asked(url, "select article_id, x, y from article_positions")
    ids, where = [row[0] for row in rows], np.array([row[1:] for row in rows], float)
    found: dict[str, set[object]] = {}
    for collection in ax.collections:
        for place in np.asarray(collection.get_offsets()):
            if len(collection.get_facecolors()):  # type: ignore[attr-defined]
                away = np.abs(where - place).max(axis=1)
                assert away.min() < 2e-5
                found.setdefault(to_hex(collection.get_facecolors()[0]), set()).add(ids[away.argmin()])  # type: ignore[attr-defined]
    return found


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
    (drawn,) = articles(shelf.map(), mapped_url).values()
    assert drawn == {one for (one,) in asked(mapped_url, "select article_id from article_vectors")}


def test_topics_are_counted_as_sql_counts(shelf: api.Shelf, mapped_url: str) -> None:
    ax = shelf.map("topic")
    query = "select topic, array_agg(article_id) from articles join article_vectors using (article_id) group by 1"
    expected = {str(topic): set(ids) for topic, ids in asked(mapped_url, query)}  # type: ignore[call-overload]
    entries, drawn = legend(ax), articles(ax, mapped_url)
    assert {topic: drawn[colour] for topic, (colour, _) in entries.items()} == expected
    assert {topic: count for topic, (_, count) in entries.items()} == {
        topic: len(ids) for topic, ids in expected.items()
    }


@pytest.mark.parametrize("field", ["author", "country", "language", "genre"])
def test_a_facet_has_the_articles_that_have_it(shelf: api.Shelf, mapped_url: str, field: str) -> None:
    ax = shelf.map(field)
    entries, drawn = legend(ax), articles(ax, mapped_url)
    (total,) = asked(mapped_url, "select count(*) from article_vectors")[0]
    assert sum(count for _, count in entries.values()) == total
    assert [colour for colour, _ in entries.values()] == [*COLOURS[: len(entries) - 2], OTHER, NONE]
    counts = [count for _, count in entries.values()][:-2]
    assert counts == sorted(counts, reverse=True)
    having = "select article_id from facets where name = %s and (lower(value) = lower(%s) or value ilike %s || ' %%')"
    for value, (colour, count) in entries.items():
        assert len(drawn[colour]) == count
        if colour not in {OTHER, NONE}:
            assert drawn[colour] <= {one for (one,) in asked(mapped_url, having, field, value, value)}, value
    nothing = "select article_id from article_vectors except select article_id from facets where name = %s"
    assert drawn[NONE] == {one for (one,) in asked(mapped_url, nothing, field)}


def test_years_and_prominence_are_scales(shelf: api.Shelf, mapped_url: str) -> None:
    for field, query in {
        "year": "select min(value::int), max(value::int) from facets join article_vectors using (article_id)"
        " where name = 'year'",
        "prominence": "select min(a.prominence), max(a.prominence) from articles a"
        " join article_vectors using (article_id)",
    }.items():
        ax = shelf.map(field)
        scale = next(one for one in ax.collections if one.get_array() is not None)
        assert scale.get_clim() == pytest.approx(asked(mapped_url, query)[0], abs=1e-3), field


def test_rings_are_around_the_liked(shelf: api.Shelf, mapped_url: str) -> None:
    ax = shelf.map("topic", like=["Dracula", "Voyna i mir"])
    query = "select x, y from article_positions join articles using (article_id) where title = any(%s) order by title"
    rings = np.asarray(ax.collections[-1].get_offsets())
    assert rings == pytest.approx(np.array(asked(mapped_url, query, ["Dracula", "War and Peace"]), float), abs=2e-5)
    assert {"Dracula", "Voyna i mir"} <= {text.get_text() for text in ax.texts}
    assert np.asarray(shelf.map(like="Dracula").collections[-1].get_offsets()) == pytest.approx(rings[:1])


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
    line = refusal("api", "map", "--save", "map.png", DATABASE_URL=database.url)
    assert "no map yet" in line


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


def test_the_page_runs(mapped_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    text = (ROOT / "docs" / "notebooks.md").read_text(encoding="utf-8")
    monkeypatch.setenv("DATABASE_URL", mapped_url)
    monkeypatch.chdir(tmp_path)
    matplotlib.use("agg")
    (code,) = re.findall(r"```python\n(.*?)```", text, re.DOTALL)
    page: dict[str, object] = {}
    exec(compile(code, "docs/notebooks.md", "exec"), page)
    page["shelf"].close()  # type: ignore[attr-defined]
    pyplot.close("all")
    lines = re.findall(r"^python -m (.+)$", text, re.MULTILINE)
    for line in lines:
        done(*shlex.split(line.replace("--save ", f"--save {tmp_path}/")), DATABASE_URL=mapped_url)
    assert len(lines) == 4
    assert len([*tmp_path.iterdir()]) == 5
