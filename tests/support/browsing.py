"""A page in chromium, and the map as the service sends it, read here once more from the description of its format."""

import json
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit

import numpy as np
from numpy.typing import NDArray

from tests.support.serving import Service

if TYPE_CHECKING:
    from playwright.sync_api import Page

MARGIN = 0.92  # The whole map takes this share of the shorter side.


@dataclass(frozen=True)
class Parts:
    """The points of a map, the most prominent first.

    Attributes
    ----------
    ids : int array of shape (n,)
    places : float array of shape (n, 2)
        From -1 to 1; y goes upwards.
    """

    header: dict[str, Any]
    ids: NDArray[np.int64]
    places: NDArray[np.float64]
    titles: list[str]


def parts(service: Service) -> Parts:
    """Ask for the map and unpack it."""
    raw = service.raw("/map/points")
    (length,) = struct.unpack_from("<I", raw)
    header = json.loads(raw[4 : 4 + length])
    n, start = header["articles"], 4 + length
    ids = np.frombuffer(raw, "<u4", n, start).astype(np.int64)
    x, y = (np.frombuffer(raw, "<u2", n, start + (4 + 2 * axis) * n) for axis in (0, 1))
    places = np.stack([x, y], axis=1) / 32767.5 - 1
    return Parts(header, ids, places, service.get("/map/titles").text.split("\n"))


def view(page: "Page") -> tuple[float, float, float]:
    """The centre and the magnification that the address names."""
    query = parse_qs(urlsplit(page.url).query)
    return tuple(float(query.get(name, [default])[0]) for name, default in (("x", 0), ("y", 0), ("zoom", 1)))  # type: ignore[return-value]


def spots(page: "Page", shown: Parts) -> NDArray[np.float64]:
    """Where each point stands on the page, in pixels, reckoned from the address alone; shape (n, 2)."""
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    x, y, zoom = view(page)
    scale = zoom * min(box["width"], box["height"]) * MARGIN / 2
    centre = np.array([box["x"] + box["width"] / 2, box["y"] + box["height"] / 2])
    return np.asarray(centre + (shown.places - (x, y)) * (scale, -scale))


def on_canvas(page: "Page", places: NDArray[np.float64], margin: float = 0) -> NDArray[np.bool_]:
    """Which of these pixels of the page lie on the map's canvas."""
    box = page.locator("#map canvas").bounding_box()
    assert box is not None
    low = np.array([box["x"], box["y"]]) + margin
    high = np.array([box["x"] + box["width"], box["y"] + box["height"]]) - margin
    return np.asarray(((places >= low) & (places <= high)).all(axis=1))


def rest(page: "Page", milliseconds: int = 120) -> None:
    """Wait until nothing moves any more, and the address names what is seen.

    The page's own clock counts: on a busy machine it is late together with what the page does after some time.
    """
    # for what starts with an answer of the service, or with the next frame
    page.evaluate("(milliseconds) => new Promise((end) => setTimeout(end, milliseconds))", milliseconds)
    page.wait_for_selector("#map:not([aria-busy=true]) canvas:not([data-moving])")


def in_map(page: "Page", expression: str) -> Any:
    """The value of an expression in which `page` is what the modules share."""
    return page.evaluate(
        f"async () => {{ const {{ page }} = await import('{module(page, 'main')}'); return {expression}; }}"
    )


def module(page: "Page", name: str) -> str:
    """The address of one of our modules."""
    return f"{page.evaluate('document.body.dataset.root')}/static/{name}.js"


def text_of(page: "Page", selector: str) -> list[str]:
    """The texts of all elements of a kind."""
    return [text.strip() for text in page.locator(selector).all_inner_texts()]


def choose(page: "Page", words: str, title: str) -> None:
    """Type into the search box, choose a suggestion by keyboard, and wait until its book is open."""
    page.focus("#q")
    page.keyboard.type(words)
    page.wait_for_selector(f"#suggestions [data-title='{title}']")
    for _ in range(text_of(page, "#suggestions [data-title]").index(text_of(page, f"[data-title='{title}']")[0]) + 1):
        page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.wait_for_selector(f"#article h2:has-text('{title}')")
    rest(page, 400)
