"""Every story once more without a pointer: keys alone, and what is focused is seen."""

from typing import TYPE_CHECKING

import numpy as np
import pytest

from tests.support.bookshop import PER_GENRE, books
from tests.support.browsing import Parts, choose, in_map, on_canvas, rest, spots, text_of, view

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
FACETS = {book.title: book.facets for book in books()}


def tab_to(page: "Page", selector: str, most: int = 80) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(most):
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
        page.keyboard.press("Tab")
    raise AssertionError(f"Tab does not lead to {selector}")


def test_search_likes_and_dials(page: "Page") -> None:
    tab_to(page, "#q")
    choose(page, "war an", "War and Peace")
    tab_to(page, "#article .tastes .like")
    page.keyboard.press("Space")
    page.wait_for_selector("#shelf .recommended li")
    neutral = text_of(page, "#shelf .recommended .title")
    tab_to(page, "#dial-prominence")
    for _ in range(13):  # It begins at 0.3.
        page.keyboard.press("ArrowLeft")
    rest(page, 500)
    assert page.input_value("#dial-prominence") == "-1"
    assert text_of(page, "#shelf .recommended .title") != neutral
    tab_to(page, "#shelf .recommended .title")
    page.keyboard.press("Enter")
    rest(page, 500)
    assert text_of(page, "#article h2") != ["War and Peace"]
    page.go_back()
    page.wait_for_selector("#article h2:has-text('War and Peace')")


def test_the_map(page: "Page", shown: Parts) -> None:
    tab_to(page, "#map canvas")
    rest(page)
    before = spots(page, shown)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowUp")
    rest(page, 300)
    assert np.abs(spots(page, shown) - before - (-80, 80)).max() < 1
    for _ in range(3):
        page.keyboard.press("+")
    page.keyboard.press("-")
    rest(page, 300)
    assert view(page)[2] == pytest.approx(1.5**2, abs=0.001)
    page.keyboard.press("Home")
    rest(page, 900)
    assert view(page) == (0, 0, 1)
    seen = [shown.titles[index] for index in np.flatnonzero(on_canvas(page, spots(page, shown)))]
    walked = []
    for _ in range(3):
        page.keyboard.press("n")
        page.wait_for_selector("#card dd")
        walked.append(page.inner_text("#card strong"))
    assert walked == seen[:3]
    page.keyboard.press("p")
    rest(page, 300)
    assert page.inner_text("#card strong") == seen[1]
    assert page.inner_text("#status").startswith(f"{seen[1]}; topic: ")
    page.keyboard.press("Enter")
    page.wait_for_selector("#article h2")
    assert text_of(page, "#article h2") == [seen[1]]


def test_the_legend_and_a_selection(page: "Page") -> None:
    tab_to(page, "#colour")
    page.keyboard.type("country")
    page.keyboard.press("Enter")
    rest(page, 400)
    tab_to(page, "#legend [data-value='Russia']")
    page.keyboard.press("Space")
    rest(page, 300)
    assert page.inner_text("#legend .sum") == f"{PER_GENRE} of {len(FACETS)} articles"
    page.evaluate("document.activeElement.blur()")
    tab_to(page, "[data-use='lasso view']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#selection .found li")
    assert page.inner_text("#selection h2") == f"{PER_GENRE} selected"
    tab_to(page, "[data-use='save csv']")
    with page.expect_download() as waiting:
        page.keyboard.press("Enter")
    assert len(waiting.value.path().read_text().splitlines()) == PER_GENRE + 1


def test_escape_ends_the_lasso(page: "Page") -> None:
    tab_to(page, "[data-use='lasso draw']")
    page.keyboard.press("Enter")
    page.wait_for_selector("canvas.lassoing")
    page.keyboard.press("Escape")
    rest(page)
    assert page.locator("canvas.lassoing").count() == 0
    assert in_map(page, "page.map.tool === undefined")


def test_the_card_and_the_panel_close_by_escape(page: "Page") -> None:
    page.focus("#map canvas")
    rest(page)
    page.keyboard.press("n")
    page.wait_for_selector("#card dd")
    page.keyboard.press("Escape")
    assert page.locator("#card").is_hidden()
    page.keyboard.press("n")
    page.keyboard.press("Enter")
    page.wait_for_selector("#article h2")
    page.focus("#article .close")
    page.keyboard.press("Escape")
    rest(page)
    assert page.locator("#article").is_hidden()
    assert in_map(page, "document.activeElement === page.map.canvas")


def test_who_asks_for_less_motion_is_there_at_once(page: "Page", shown: Parts) -> None:
    page.emulate_media(reduced_motion="reduce")
    page.focus("#q")
    page.wait_for_timeout(200)
    page.evaluate("window.views = []")
    in_map(
        page,
        """page.map.setView = ((old) => (view) => {
            window.views.push(view.zoom);
            old.call(page.map, view); })(page.map.setView)""",
    )
    choose(page, "war an", "War and Peace")
    assert len(page.evaluate("[...new Set(window.views)]")) == 1
