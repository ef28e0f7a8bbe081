"""A phone: fingers move the map, a tap opens a sheet from below, and the legend leaves the map alone."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from tests.support.browsing import Parts, on_canvas, rest, spots, text_of, view
from tests.support.serving import Service

if TYPE_CHECKING:
    from playwright.sync_api import CDPSession, Page

pytestmark = pytest.mark.browser
PHONE = {"viewport": {"width": 390, "height": 844}, "device_scale_factor": 3, "is_mobile": True, "has_touch": True}


@pytest.fixture
def phone(new_page: "Callable[..., Page]", shop: Service) -> "Page":
    page = new_page(**PHONE)
    page.goto(f"http://127.0.0.1:{shop.port}/")
    page.wait_for_selector("#legend li")
    return page


def touch(session: "CDPSession", kind: str, *places: Any) -> None:
    """Put fingers down, move them, or lift them."""
    points = [{"x": float(x), "y": float(y), "id": finger} for finger, (x, y) in enumerate(places)]
    session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})


def box(page: "Page", selector: str) -> Any:
    found = page.locator(selector).bounding_box()
    assert found is not None
    return found


def test_a_tap_opens_a_sheet_from_below(phone: "Page", shown: Parts) -> None:
    phone.evaluate("document.querySelector('.stage').scrollIntoView()")
    rest(phone)
    places = spots(phone, shown)
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    np.fill_diagonal(apart, np.inf)
    index = int(np.where(on_canvas(phone, places, 40), apart.min(axis=1), 0).argmax())
    phone.touchscreen.tap(*places[index])
    phone.wait_for_selector("#article h2")
    rest(phone, 600)
    assert text_of(phone, "#article h2") == [shown.titles[index]]
    sheet, canvas = box(phone, "#article"), box(phone, "#map canvas")
    assert sheet["y"] + sheet["height"] == pytest.approx(844, abs=1)
    assert sheet["width"] == pytest.approx(390, abs=1)
    assert canvas["y"] >= -1
    assert canvas["y"] + canvas["height"] <= sheet["y"] + 1
    assert phone.locator("#article .near li").count() == 10


def test_fingers_pinch_and_drag(phone: "Page", shown: Parts) -> None:
    phone.evaluate("document.querySelector('.stage').scrollIntoView()")
    rest(phone)
    canvas = box(phone, "#map canvas")
    middle = np.array([canvas["x"] + canvas["width"] / 2, canvas["y"] + canvas["height"] / 2])

    hand = phone.context.new_cdp_session(phone)

    def fingers(far: float) -> tuple[Any, Any]:
        return middle - np.array([far, 0]), middle + np.array([far, 0])

    touch(hand, "touchStart", *fingers(30))
    phone.wait_for_timeout(300)
    for far in range(40, 130, 10):
        touch(hand, "touchMove", *fingers(far))
    touch(hand, "touchEnd")
    rest(phone, 500)
    assert view(phone)[2] == pytest.approx(4, rel=0.1)
    before = spots(phone, shown)
    touch(hand, "touchStart", middle)
    for step in range(1, 7):
        touch(hand, "touchMove", middle + np.array([10, 5]) * step)
    touch(hand, "touchEnd")
    rest(phone, 500)
    moved = spots(phone, shown) - before
    assert np.abs(moved - moved[0]).max() < 1
    assert np.abs(moved[0] - (60, 30)).max() < 12
    assert phone.locator("#article").is_hidden()


def test_nothing_covers_the_map_and_nothing_is_too_wide(phone: "Page") -> None:
    canvas, legend = box(phone, "#map canvas"), box(phone, "#legend")
    assert legend["y"] >= canvas["y"] + canvas["height"]
    assert phone.evaluate("document.documentElement.scrollWidth") <= 390
    assert canvas["height"] > 400


@pytest.mark.parametrize("width", [320, 1024, 1440, 3840])
def test_no_width_needs_to_be_scrolled_sideways(new_page: "Callable[..., Page]", shop: Service, width: int) -> None:
    page = new_page(viewport={"width": width, "height": 900})
    page.goto(f"http://127.0.0.1:{shop.port}/?article=War+and+Peace&like=Candide")
    page.wait_for_selector("#shelf .recommended li")
    page.wait_for_selector("#article h2")
    rest(page, 700)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    canvas, legend = box(page, "#map canvas"), box(page, "#legend")
    is_beside = legend["x"] + legend["width"] <= canvas["x"]
    assert is_beside or legend["y"] >= canvas["y"] + canvas["height"]
