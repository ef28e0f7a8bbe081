"""The map that is drawn of known points: where, in which colours, with which counts."""

import itertools
import json
import struct
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.axes import Axes
from matplotlib.colors import to_hex, to_rgb
from matplotlib.text import Text
from numpy.typing import NDArray

from api.plots import axes, map, points
from api.plots.points import Colour, Points

# Machado, Oliveira and Fernandes (2009): what is seen without one kind of cones, from linear RGB.
BLIND = {
    "none": np.eye(3),
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
XYZ = np.array([[0.4124564, 0.3575761, 0.180437], [0.2126729, 0.7151522, 0.072175], [0.0193339, 0.119192, 0.9503041]])
REGIONS = [("Fantasy", 0.5, 0.5, 3), ("Under it", 0.5, 0.48, 1), ("Crime", -0.5, -0.5, 2)]


@pytest.fixture(autouse=True)
def figures() -> Iterator[None]:
    matplotlib.use("agg")
    yield
    pyplot.close("all")


def step(coordinate: float) -> int:
    return round((coordinate + 1) / 2 * 65535)


def packed(places: Sequence[tuple[int, int, int]], fields: Sequence[dict[str, Any]] = ()) -> bytes:
    """The part `points` of these (id, x, y), and of regions."""
    regions = [
        {"id": n, "level": level, "name": name, "x": step(x), "y": step(y), "articles": size}
        for n, (name, x, y, size) in enumerate(reversed(REGIONS))
        for level in (1, 2)
    ]
    header = json.dumps(
        {"model_id": 7, "made_at": "2026-01-01", "articles": len(places), "fields": fields, "regions": regions}
    ).encode()
    header += b" " * (-len(header) % 4)
    ids, xs, ys = zip(*places, strict=True) if places else ((), (), ())
    n = len(places)
    return struct.pack(f"<I{len(header)}s{n}I{n}H{n}H", len(header), header, *ids, *xs, *ys)


def lab(colour: str, seen: Any) -> NDArray[np.float64]:
    """A colour in CIELAB, as somebody sees it."""
    rgb = np.array(to_rgb(colour))
    linear = np.clip(np.array(seen) @ np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4), 0, 1)
    f = XYZ @ linear / np.array([0.95047, 1, 1.08883])
    f = np.where(f > 0.008856, np.cbrt(f), 7.787 * f + 16 / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


@pytest.mark.parametrize("kind", BLIND)
def test_colours_differ_for_the_colour_blind(kind: str) -> None:
    seen = [lab(colour, BLIND[kind]) for colour in (*axes.COLOURS, axes.OTHER, axes.NONE)]
    assert min(float(np.linalg.norm(a - b)) for a, b in itertools.combinations(seen, 2)) > 13


def test_the_parts_are_read() -> None:
    header, read = points.parse(packed([(9, 0, 65535), (4_000_000_000, 65535, 0), (3, 32768, 16384)]))
    assert read.ids.tolist() == [9, 4_000_000_000, 3]
    assert read.x == pytest.approx([-1, 1, 0], abs=2e-5)
    assert read.y == pytest.approx([1, -1, -0.5], abs=2e-5)
    expected = {name: pytest.approx((x, y), abs=2e-5) for name, x, y, _ in (REGIONS[0], REGIONS[2], REGIONS[1])}
    assert [name for name, *_ in read.regions] == list(expected)
    assert {name: (x, y) for name, x, y in read.regions} == expected
    assert header["model_id"] == 7
    assert points.parse(packed([]))[1].x.size == 0


def test_shades_are_read() -> None:
    values = {"field": "genre", "kind": "values", "values": [{"value": "A", "count": 2}, {"value": "B", "count": 1}]}
    colour = points.parse_colour(values, bytes([0, 1, 2, 255]))
    assert (colour.field, colour.values, colour.number.tolist()) == ("genre", ["A", "B"], [0, 1, 2, 255])
    colour = points.parse_colour({"field": "year", "kind": "scale", "min": 1700, "max": 2000}, bytes([1, 0, 254]))
    assert colour.values is None
    assert colour.number == pytest.approx([1700, np.nan, 2000], nan_ok=True)
    colour = points.parse_colour({"field": "year", "kind": "scale", "min": None, "max": None}, bytes([0]))
    assert np.isnan(colour.number).all()


def some_points(n: int) -> Points:
    x, y = np.random.default_rng(n).uniform(-1, 1, (2, n))
    return Points(np.arange(n, dtype=np.uint32), x, y, [(name, x, y) for name, x, y, _ in REGIONS])


def drawn(ax: Axes) -> dict[str, list[tuple[float, float]]]:
    """The points of each colour."""
    found: dict[str, list[tuple[float, float]]] = {}
    for collection in ax.collections:
        for place in np.asarray(collection.get_offsets()):
            if len(collection.get_facecolors()):  # type: ignore[attr-defined]
                found.setdefault(to_hex(collection.get_facecolors()[0]), []).append(tuple(place))  # type: ignore[attr-defined]
    return found


def test_points_have_the_colours_of_the_legend() -> None:
    values = [f"Value {n}" for n in range(1, 11)]
    number = np.array([0, 0, 0, *range(1, 11), 1, 1, 255], float)
    shown = some_points(len(number))
    ax = map.draw(shown, Colour("genre", values, number), {}, None)
    expected = {axes.NONE: [0, 1, 2], axes.COLOURS[0]: [3, 13, 14], axes.OTHER: [11, 12, 15]}
    expected |= {axes.COLOURS[n]: [3 + n] for n in range(1, 8)}
    assert drawn(ax) == {colour: [(shown.x[n], shown.y[n]) for n in places] for colour, places in expected.items()}
    legend = ax.get_legend()
    assert legend is not None
    texts = [text.get_text() for text in legend.get_texts()]
    assert texts == ["Value 1 (3)", *(f"Value {n} (1)" for n in range(2, 9)), "other (3)", "none (3)"]
    colours = [to_hex(handle.get_facecolor()[0]) for handle in legend.legend_handles]  # type: ignore[union-attr]
    assert colours == [*axes.COLOURS, axes.OTHER, axes.NONE]
    assert ax.get_title() == "16 articles by genre"
    assert ax.get_ylim()[0] < ax.get_ylim()[1]  # y goes upwards


def test_a_scale_has_no_colours_for_the_outermost() -> None:
    shown = some_points(102)
    numbers = np.array([-800, np.nan, *range(1900, 2000)], float)
    ax = map.draw(shown, Colour("year", None, numbers), {}, None)
    none, scale, *_ = ax.collections
    assert np.asarray(none.get_offsets()).tolist() == [[shown.x[1], shown.y[1]]]
    assert np.asarray(scale.get_array()).tolist() == [-800, *range(1900, 2000)]
    assert scale.get_clim() == pytest.approx((1901, 1997))
    assert [other.get_ylabel() for other in ax.figure.axes if other is not ax] == ["year"]
    nothing = map.draw(shown, Colour("year", None, np.full(102, np.nan)), {}, None)
    assert len(nothing.figure.axes) == 1


def test_names_of_regions_do_not_lie_over_each_other() -> None:
    ax = map.draw(some_points(3), None, {}, None)
    written = [(text.get_text(), *text.get_position()) for text in ax.texts]
    assert written == [("Fantasy", 0.5, 0.5), ("Crime", -0.5, -0.5)]


def test_rings_and_titles_of_the_liked(tmp_path: Path) -> None:
    shown = some_points(200)
    liked = {f"$Title$ {n} <b>": n for n in range(0, 80, 2)}
    ax = map.draw(shown, None, liked, None)
    rings = ax.collections[-1]
    assert np.asarray(rings.get_offsets()).tolist() == [[shown.x[n], shown.y[n]] for n in liked.values()]
    titles = [text for text in ax.texts if "Title" in text.get_text()]
    assert {text.get_text(): (shown.x == text.xy[0]).argmax() for text in titles} == dict([*liked.items()][:30])  # type: ignore[attr-defined]
    axes.save(ax, tmp_path / "map.png")
    boxes = [Text.get_window_extent(text) for text in titles]  # without its line
    assert not any(a.overlaps(b) for a, b in itertools.combinations(boxes, 2))
    inside = ax.get_window_extent()
    assert not any(box.x0 < inside.x1 and box.x1 > inside.x0 for box in boxes)


@pytest.mark.parametrize(
    "text",
    [
        "<img src=x onerror=alert(1)>",
        "$\\bad{$ $x$",
        "_hidden",
        "--><script>",
        "戦争と平和",
        "مائة عام",
        "two\nlines\x01",
    ],
)
def test_every_text_is_shown_as_it_is_written(text: str, tmp_path: Path) -> None:
    shown = some_points(3)._replace(regions=[(text, 0, 0)])
    figure, (left, right) = pyplot.subplots(1, 2)
    assert map.draw(shown, Colour("genre", [text], np.array([0, 1, 255.0])), {text: 1}, left) is left
    assert map.draw(shown, Colour(text, None, np.array([1, 2, 3.0])), {}, right) is right
    assert pyplot.get_fignums() == [figure.number]
    for ending in ("svg", "png"):
        axes.save(left, tmp_path / f"map.{ending}")
    root = ElementTree.parse(tmp_path / "map.svg").getroot()
    written = ["".join(element.itertext()) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    plain = axes.plain(text)
    assert sorted(one for one in written if plain in one) == sorted(
        [plain, plain, plain, plain, f"{plain} (1)", f"3 articles by {plain}"]
    )
    assert not {"script", "img"} & {str(element.tag).rpartition("}")[2] for element in root.iter()}


@pytest.mark.parametrize("n", [0, 1, 3])
def test_a_small_shelf_has_a_map(n: int, tmp_path: Path) -> None:
    for shades in (None, Colour("genre", [], np.zeros(n)), Colour("year", None, np.full(n, 1900.0))):
        ax = map.draw(some_points(n)._replace(regions=[]), shades, {}, None)
        for ending in ("svg", "png"):
            axes.save(ax, tmp_path / f"map.{ending}")
        assert len(drawn(ax)) <= 1


def test_many_points_are_one_image_of_an_svg(tmp_path: Path) -> None:
    axes.save(map.draw(some_points(40_000), None, {}, None), tmp_path / "map.svg")
    assert (tmp_path / "map.svg").stat().st_size < 2_000_000
    assert (tmp_path / "map.svg").read_text().count("<image") == 1
