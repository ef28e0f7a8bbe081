"""What stands on the map is where and as it should be: colours, counts, names, and the book below the pointer."""

import io
from collections import Counter
from typing import TYPE_CHECKING, Literal

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from tests.support.bookshop import COUNTRIES, PER_GENRE, books
from tests.support.browsing import Parts, in_map, on_canvas, rest, spots, view
from tests.support.serving import Service

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
FACETS = {book.title: book.facets for book in books()}
ZOOMS = (0.7, 1, 2.5, 8, 30)


def legend(page: "Page") -> dict[str, tuple[int, tuple[int, ...]]]:
    """The rows of the legend: how many articles each counts, and its colour."""
    rows = page.evaluate(
        """() => [...document.querySelectorAll("#legend li")].map((row) => [
            row.querySelector(".label").innerText, row.querySelector(".count").innerText.replaceAll(",", ""),
            getComputedStyle(row.querySelector(".swatch")).backgroundColor.match(/\\d+/g).map(Number)])"""
    )
    return {label: (int(count), tuple(colour)) for label, count, colour in rows}


def pixels(page: "Page") -> NDArray[np.uint8]:
    return np.asarray(Image.open(io.BytesIO(page.screenshot())).convert("RGB"))


def at_genre(page: "Page", shop: Service, shown: Parts, genre: str, query: str) -> None:
    """Open the map where the books of a genre stand."""
    x, y = np.median(shown.places[[title.startswith(f"{genre} number") for title in shown.titles]], axis=0)
    page.goto(f"http://127.0.0.1:{shop.port}/?x={x:.4f}&y={y:.4f}&zoom=7&{query}")
    page.wait_for_selector("#legend li")
    rest(page, 500)


def plain(page: "Page", places: NDArray[np.float64]) -> NDArray[np.int64]:
    """The points that are seen and that no other point and no name covers."""
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    is_plain = (apart.min(axis=1) > 15) & on_canvas(page, places, 60)
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    for left, top, width, height in in_map(page, "page.map.labels.map((l) => [l.left, l.top, l.width, l.height])"):
        low = np.array([box["x"] + left - 4, box["y"] + top - 4])
        is_plain &= ~((places >= low) & (places <= low + np.array([width + 8, height + 8]))).all(axis=1)
    return np.flatnonzero(is_plain)


@pytest.mark.parametrize("field", ["genre", "country", "author"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_point_has_the_colour_of_its_value(
    page: "Page", shop: Service, shown: Parts, field: str, scheme: Literal["light", "dark"]
) -> None:
    page.emulate_media(color_scheme=scheme)
    checked: Counter[str] = Counter()
    for genre in COUNTRIES:
        at_genre(page, shop, shown, genre, f"colour={field}")
        rows, picture, places = legend(page), pixels(page), spots(page, shown)
        for index in plain(page, places):
            value = FACETS[shown.titles[index]].get(field, "none")
            left, top = np.floor(places[index]).astype(int)
            assert tuple(picture[top, left]) == rows[value][1], (shown.titles[index], value)
            checked[value] += 1
    assert len(checked) >= (20 if field == "author" else 5)
    assert checked.total() >= 100


@pytest.mark.parametrize("field", ["topic", "genre", "country", "author", "year", "prominence"])
def test_the_legend_counts_every_article_once(page: "Page", field: str) -> None:
    page.select_option("#colour", field)
    rest(page)
    rows = legend(page)
    assert sum(count for count, _ in rows.values()) == len(FACETS)
    assert len({colour for _, colour in rows.values()}) == len(rows)
    if field in {"genre", "country", "author"}:
        known = Counter(facets.get(field, "none") for facets in FACETS.values())
        assert {label: count for label, (count, _) in rows.items()} == known
    if field == "year":
        for label, (count, _) in rows.items():
            low, high = (int(year) for year in (label.split(" to ") * 2)[:2])
            assert count == sum(low <= int(facets["year"]) <= high for facets in FACETS.values()), label


def test_a_value_of_the_legend_selects(page: "Page", shop: Service, shown: Parts) -> None:
    page.select_option("#colour", "country")
    page.click("#legend li button:has-text('France')")
    rest(page, 400)
    assert page.inner_text("#legend .sum") == f"{PER_GENRE} of {len(FACETS)} articles"
    for genre in ("Satire", "Saga"):
        at_genre(page, shop, shown, genre, "colour=country&value=France")
        rows, picture, places = legend(page), pixels(page), spots(page, shown)
        seen = plain(page, places)
        assert len(seen) > 10
        for index in seen:
            left, top = np.floor(places[index]).astype(int)
            is_bright = tuple(picture[top, left]) == rows["France"][1]
            assert is_bright == (FACETS[shown.titles[index]].get("country") == "France")


def test_the_values_of_the_legend_are_found(page: "Page") -> None:
    page.select_option("#colour", "author")
    rest(page, 300)
    assert len(legend(page)) == 25
    page.fill("#find-value", "saga AUTH")
    assert sorted(legend(page)) == [f"Saga author {n}" for n in range(5)]
    page.click("#legend [data-value='Saga author 3']")
    assert page.inner_text("#legend .sum") == f"{PER_GENRE // 5} of {len(FACETS)} articles"
    page.click("#legend .clear")
    assert page.inner_text("#legend .sum") == f"{len(FACETS)} of {len(FACETS)} articles"
    page.select_option("#colour", "genre")
    rest(page, 300)
    assert page.locator("#find-value").is_hidden()


def test_marks_are_drawn(page: "Page", shop: Service, shown: Parts) -> None:
    """A ring of its kind's colour around each marked book, its title, and lines from the open book to its nearest."""
    page.goto(f"http://127.0.0.1:{shop.port}/?article=Don+Quixote&like=Candide&dislike=War+and+Peace&x=0&y=0&zoom=1")
    page.wait_for_selector("#shelf .recommended li")
    page.wait_for_selector("#article h2")
    rest(page, 400)
    picture, places = pixels(page).astype(int), spots(page, shown)
    radius, accents = in_map(page, "[page.map.size / 2 + 4.5, page.map.accents]")
    around = np.stack([np.cos(np.arange(0, 6.28, 0.05)), np.sin(np.arange(0, 6.28, 0.05))], axis=1)
    for title, kind in (("Don Quixote", "article"), ("Candide", "like"), ("War and Peace", "dislike")):
        colour = [int(accents[kind][at : at + 2], 16) for at in (1, 3, 5)]
        ring = np.floor(places[shown.titles.index(title)] + radius * around).astype(int)
        is_colour = np.abs(picture[ring[:, 1], ring[:, 0]] - colour).sum(axis=1) < 90
        assert is_colour.mean() > 0.3, title
    assert {"Don Quixote", "Candide", "War and Peace"} <= set(in_map(page, "page.map.labels.map((l) => l.text)"))
    page.goto(f"http://127.0.0.1:{shop.port}/?article=Don+Quixote")
    page.wait_for_selector("#article h2")
    rest(page, 1200)
    picture, places = pixels(page).astype(int), spots(page, shown)
    start = places[shown.titles.index("Don Quixote")]
    colour = [int(accents["near"][at : at + 2], 16) for at in (1, 3, 5)]
    drawn = 0
    for index in in_map(page, "(await page.feature('marks')).kinds.near"):
        steps = start + np.linspace(0.2, 0.8, 25)[:, None] * (places[index] - start)
        if on_canvas(page, steps).all() and np.linalg.norm(places[index] - start) > 60:
            at = np.round(steps[:, None] + np.array([[0, 0], [-1, 0], [0, -1], [-1, -1]])).astype(int)
            near = np.abs(picture[at[..., 1], at[..., 0]] - colour).sum(axis=2).min(axis=1) < 160
            assert near.mean() > 0.5
            drawn += 1
    assert drawn >= 3


def test_names_never_overlap(page: "Page", shop: Service, shown: Parts) -> None:
    """Regions are named from afar, and books from near by."""
    named = {}
    for zoom in ZOOMS:
        page.goto(f"http://127.0.0.1:{shop.port}/?x={shown.places[0, 0]:.3f}&y={shown.places[0, 1]:.3f}&zoom={zoom}")
        page.wait_for_selector("#legend li")
        rest(page, 600)
        boxes = in_map(
            page,
            """page.map.labels.map(({ text, font, left, top, width, height }) => {
                const context = document.createElement("canvas").getContext("2d");
                context.font = font;
                return [text, left, top, Math.max(width, context.measureText(text).width), height]; })""",
        )
        named[zoom] = {box[0] for box in boxes}
        assert len(boxes) > 1
        for at, (_, left, top, width, height) in enumerate(boxes):
            assert height > 10
            for _, other_left, other_top, other_width, other_height in boxes[:at]:
                is_apart = left + width <= other_left + 0.01 or other_left + other_width <= left + 0.01
                assert is_apart or top + height <= other_top + 0.01 or other_top + other_height <= top + 0.01
    regions = {region["name"] for region in shown.header["regions"]}
    assert named[1] & regions
    assert not named[1] & set(FACETS)
    assert named[30] & set(FACETS)


@pytest.mark.parametrize("zoom", [1, 6, 40])
def test_the_book_below_the_pointer_is_the_nearest(page: "Page", shop: Service, shown: Parts, zoom: int) -> None:
    """1,000 places at random, half of them near a book; the card names the book that a look at all of them gives."""
    page.goto(f"http://127.0.0.1:{shop.port}/?x={shown.places[7, 0]:.4f}&y={shown.places[7, 1]:.4f}&zoom={zoom}")
    page.wait_for_selector("#legend li")
    page.hover("#map canvas")
    rest(page, 400)
    places = spots(page, shown)
    seen = places[on_canvas(page, places, 5)]
    random = np.random.default_rng(zoom)
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    anywhere = np.array([box["x"], box["y"]]) + random.random((500, 2)) * (box["width"], box["height"])
    near = seen[random.integers(len(seen), size=500)] + random.normal(scale=5, size=(500, 2))
    asked = np.concatenate([anywhere, near])
    found = page.evaluate(
        """(asked) => {
            const canvas = document.querySelector("#map canvas");
            const card = document.getElementById("card");
            return asked.map(([clientX, clientY]) => {
                canvas.dispatchEvent(new PointerEvent("pointermove", { clientX, clientY, pointerType: "mouse" }));
                return card.hidden ? 0 : Number(card.dataset.id);
            });
        }""",
        asked.tolist(),
    )
    apart = np.linalg.norm(asked[:, None] - places[None], axis=2)
    least = apart.min(axis=1)
    sure = np.abs(least - 12) > 0.01  # pixels; whether a book at the very end of the reach is found may be rounded
    expected = np.where(least <= 12, shown.ids[apart.argmin(axis=1)], 0)
    ties = np.sort(apart, axis=1)[:, 1] - least < 1e-6
    assert (np.array(found) == expected)[sure & ~ties].all()
    assert (expected > 0).sum() > 300
    assert (expected == 0).sum() > 20


def test_the_wheel_keeps_the_place_below_the_pointer(page: "Page", shown: Parts) -> None:
    page.hover("#map canvas")
    rest(page)
    places = spots(page, shown)
    index = int(np.flatnonzero(on_canvas(page, places, 100))[5])
    pointer = np.round(places[index])
    page.mouse.move(*pointer)
    for _ in range(4):
        page.mouse.wheel(0, -200)
        page.wait_for_timeout(50)
    rest(page, 400)
    zoom = view(page)[2]
    assert zoom > 8
    assert np.abs(spots(page, shown)[index] - pointer - zoom * (places[index] - pointer)).max() < 1


def test_dragging_moves_the_map_with_the_pointer(page: "Page", shown: Parts) -> None:
    page.hover("#map canvas")
    rest(page)
    before = spots(page, shown)
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 200, box["y"] + 300)
    page.mouse.down()
    page.mouse.move(box["x"] + 260, box["y"] + 250, steps=4)
    page.mouse.up()
    rest(page, 400)
    assert np.abs(spots(page, shown) - before - (60, -50)).max() < 1
    assert page.locator("#article").is_hidden()
