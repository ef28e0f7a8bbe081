"""Bars as long as the numbers that they stand for, by SQL and by hand; titles that are shown as they are written."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_hex

import api
from api.errors import NothingToDraw, PictureNotWritten
from db.connection import Database
from db.errors import (
    ArticleNotFound,
    ArticleWithoutVector,
    CountInvalid,
    LinkedKindInvalid,
    NoActiveModel,
    TextInvalid,
    TopicNotStored,
)
from db.importing.records import Link
from tests.conftest import ROOT
from tests.support.planted import article, load, load_small_shelf, store_vectors

BLUE, ORANGE = "#0072b2", "#d55e00"
DIRECTIONS = {"A": [1, 0, 0], "B": [4, 3, 0], "C": [0, 0, 1], "D": [-3, 0, 4], "E": [-1, 0, 0], "F": [1, 1, 1]}
HOSTILE = (
    *(
        "<img src=x onerror=alert(1)>",
        "$\\frac{1}{0}$",
        "a $5 bill",
        "costs $5 or $6",
        "x_1^2 $\\bad$",
        "\\$x \\textbf{y}",
    ),
    *("two\nlines\t\x01", "_hidden", "]]></text><script/>", "--><!--", "%s {0}", "long " * 50),
    *("مائة عام من العزلة", "戦争と平和", "\u202eevil", "👩\u200d👧"),
)


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    """No figure is left open, and none needs a screen."""
    matplotlib.use("agg")
    yield
    pyplot.close("all")


@pytest.fixture
def shelf(database: Database) -> api.Shelf:
    """Six articles in directions whose cosines are simple."""
    shared: dict[str | Link, int] = {Link("page", "A"): 1, Link("category", "All"): 1}
    load(
        database,
        *(article(title, {**shared, Link("page", f"Of {title}"): 9}) for title in "BCDE"),
        article("A", {"B": 1, Link("site", "archive.org"): 2}),
        article("F", ["A", "B"], topic="film"),
    )
    store_vectors(database, DIRECTIONS, {"A": [1, 0, 0]})
    return api.Shelf(database)


def bars(ax: Axes) -> list[tuple[str, float, str]]:
    """The name, length and colour of each bar, from the top."""
    ax.figure.canvas.draw()
    names = [label.get_text() for label in ax.get_yticklabels()]
    drawn = [(patch.get_width(), to_hex(patch.get_facecolor())) for patch in ax.patches]  # type: ignore[attr-defined]
    assert ax.yaxis.get_inverted()
    assert [patch.get_y() + patch.get_height() / 2 for patch in ax.patches] == pytest.approx([*range(len(names))])  # type: ignore[attr-defined]
    return [(name, *bar) for name, bar in zip(names, drawn, strict=True)]


def test_the_most_and_the_least_similar(shelf: api.Shelf) -> None:
    drawn = bars(shelf.plot_similar("A", count=2))
    expected = [("B", 0.8, BLUE), ("F", 3**-0.5, BLUE), ("D", -0.6, ORANGE), ("E", -1, ORANGE)]
    assert [(name, colour) for name, _, colour in drawn] == [(name, colour) for name, _, colour in expected]
    assert [length for _, length, _ in drawn] == pytest.approx([length for _, length, _ in expected], abs=1e-6)


def test_no_article_has_two_bars(shelf: api.Shelf) -> None:
    assert [name for name, *_ in bars(shelf.plot_similar("A", count=50))] == ["B", "F", "C", "D", "E"]
    assert [name for name, *_ in bars(shelf.plot_similar("A", topic="film"))] == ["F"]


def test_the_most_linked(shelf: api.Shelf) -> None:
    assert bars(shelf.plot_linked(count=2)) == [("A", 5, BLUE), ("B", 2, BLUE)]
    assert bars(shelf.plot_linked("category")) == [("All", 4, BLUE)]
    assert bars(shelf.plot_linked("site")) == [("archive.org", 1, BLUE)]
    assert bars(shelf.plot_linked("book")) == [("A", 5, BLUE), ("B", 2, BLUE)]
    with pytest.raises(NothingToDraw, match="links to a film"):
        shelf.plot_linked("film")


def test_the_numbers_of_a_vector(shelf: api.Shelf) -> None:
    ax = shelf.plot_vector("D")
    assert [patch.get_height() for patch in ax.patches] == pytest.approx([-0.6, 0, 0.8], abs=1e-6)  # type: ignore[attr-defined]
    assert [to_hex(patch.get_facecolor()) for patch in ax.patches] == [ORANGE, BLUE, BLUE]
    assert [patch.get_x() + patch.get_width() / 2 for patch in ax.patches] == pytest.approx([0, 1, 2])  # type: ignore[attr-defined]


def test_axes_of_ones_own(shelf: api.Shelf) -> None:
    figure, (left, middle, right) = pyplot.subplots(1, 3)
    assert shelf.plot_similar("A", ax=left) is left
    assert shelf.plot_linked(ax=middle) is middle
    assert shelf.plot_vector("A", ax=right) is right
    assert pyplot.get_fignums() == [figure.number]
    assert all(len(ax.patches) > 1 for ax in (left, middle, right))


def test_titles_are_shown_as_they_are_written(database: Database, tmp_path: Path) -> None:
    from api.plots import axes

    load(database, *(article(title, HOSTILE) for title in HOSTILE))
    random = np.random.default_rng(0).normal(size=(len(HOSTILE), 4))
    store_vectors(database, dict(zip(HOSTILE, random.tolist(), strict=True)), {HOSTILE[0]: [1, 0, 0, 0]})
    shelf = api.Shelf(database)
    for title in HOSTILE:
        ax = shelf.plot_similar(title, count=20)
        for ending in ("svg", "png"):
            axes.save(ax, tmp_path / f"picture.{ending}")
        written = texts_of_svg(tmp_path / "picture.svg")
        assert {axes.plain(other) for other in HOSTILE if other != title} <= set(written)
        assert f"Most and least similar to {axes.plain(title)}" in written
        pyplot.close("all")
    with matplotlib.rc_context({"text.usetex": True}):  # for which TeX need not be there
        ax = shelf.plot_similar(HOSTILE[0], count=20)
    assert not any(text.get_usetex() or text.get_parse_math() for text in (ax.title, *ax.get_yticklabels()))


def texts_of_svg(path: Path) -> list[str]:
    """The texts of a picture that holds nothing but a picture."""
    root = ElementTree.parse(path).getroot()
    names = {element.tag.rpartition("}")[2] for element in root.iter() if isinstance(element.tag, str)}
    assert not names & {"script", "img", "a", "foreignObject", "iframe"}
    assert not any(name.lower().startswith("on") for element in root.iter() for name in element.attrib)
    return ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]


def test_texts_are_cut_to_one_line() -> None:
    from api.plots import axes

    assert axes.plain(" two\r\nlines\t\x01\u202e ") == "two  lines"
    assert axes.plain("x" * 48) == "x" * 48
    assert axes.plain("x" * 49) == "x" * 47 + "…"


@pytest.mark.parametrize("ending", ["svg", "png"])
def test_the_same_bytes_twice(shelf: api.Shelf, tmp_path: Path, ending: str) -> None:
    from api.plots import axes

    for name in ("one", "two"):
        axes.save(shelf.plot_similar("A"), tmp_path / f"{name}.{ending}")
    one, two = ((tmp_path / f"{name}.{ending}").read_bytes() for name in ("one", "two"))
    assert one == two
    assert len(one) > 5_000
    with pytest.raises(PictureNotWritten, match="No such file"):
        axes.save(shelf.plot_similar("A"), tmp_path / "missing" / "a.png")


def test_what_cannot_be_drawn(database: Database) -> None:
    shelf = api.Shelf(database)
    with pytest.raises(NoActiveModel):
        shelf.plot_similar("A")
    with pytest.raises(NoActiveModel):
        shelf.plot_vector("A")
    with pytest.raises(NothingToDraw, match="links to a page"):
        shelf.plot_linked()
    with pytest.raises(LinkedKindInvalid, match="none at all"):
        shelf.plot_linked("book")
    load_small_shelf(database)
    load(database, article("New"))
    for draw in (shelf.plot_similar, shelf.plot_vector):
        with pytest.raises(ArticleNotFound, match='did you mean "War and Peace"'):
            draw("War and Peac")
        with pytest.raises(ArticleWithoutVector):
            draw("New")
        with pytest.raises(TextInvalid):
            draw("a\0b")
    with pytest.raises(LinkedKindInvalid, match="pages.*book, film"):
        shelf.plot_linked("pages")
    with pytest.raises(TopicNotStored):
        shelf.plot_similar("Book 1", topic="opera")
    for count in (0, -1, 101):
        with pytest.raises(CountInvalid, match="1 to 100"):
            shelf.plot_linked(count=count)
    with pytest.raises(CountInvalid, match="1 to 50"):
        shelf.plot_similar("Book 1", count=51)


def test_one_article_has_nothing_to_be_like(database: Database) -> None:
    load(database, article("Alone", ["A"]))
    store_vectors(database, {"Alone": [1, 0]}, {"A": [1, 0]})
    with pytest.raises(NothingToDraw, match='no other article is like or unlike "Alone"'):
        api.Shelf(database).plot_similar("Alone")


def test_without_matplotlib_one_line_says_what_to_install(shelf: api.Shelf) -> None:
    code = f"""
import sys
sys.modules["matplotlib"] = None
import api
from api.errors import MatplotlibMissing
from db.connection import Database
shelf = api.Shelf(Database({shelf.database.url!r}))
assert len(shelf.similar_articles("A")) == 5
for draw in (shelf.map, shelf.plot_linked, lambda: shelf.plot_similar("A"), lambda: shelf.plot_vector("A")):
    try:
        draw()
    except MatplotlibMissing as error:
        print(error)
"""
    ran = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env={**os.environ}, capture_output=True, text=True, check=True
    )
    assert ran.stdout.splitlines() == 4 * [
        'pictures need matplotlib, which is not installed: pip install "wikishelf[plots]"'
    ]
