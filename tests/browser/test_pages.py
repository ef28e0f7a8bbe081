"""The plain pages in a browser: axe finds nothing, and nothing is wider than the screen."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from tests.support.bookshop import HOSTILE
from tests.support.serving import Service

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
LOOKS: dict[str, dict[str, Any]] = {
    "narrow": {"viewport": {"width": 320, "height": 700}},
    "dark": {"viewport": {"width": 1280, "height": 900}, "color_scheme": "dark"},
    "wide": {"viewport": {"width": 3840, "height": 2160}},
    "dark phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark", "reduced_motion": "reduce"},
}
PATHS = (
    "/article/War%20and%20Peace",
    f"/article/{quote(HOSTILE, safe='')}",
    "/link/World%20of%20Satire",
    "/compare",
    f"/compare?a=Candide&b={quote(HOSTILE)}",
    "/taste",
    "/taste?like=Candide&like=Don+Quixote&dislike=War+and+Peace&prominence=0.3&genre=Satire",
    "/taste?like=Candidde",
    "/find?q=war",
    "/find?q=zzzqqq",
    "/about",
    "/docs",
    "/article/Candidde",
    "/article/Candide?prominence=7",
)


@pytest.mark.parametrize("look", LOOKS)
def test_every_page_is_within_reach_and_within_the_screen(
    new_page: "Callable[..., Page]", shop: Service, look: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = new_page(**LOOKS[look])
    for path in PATHS:
        page.goto(f"http://127.0.0.1:{shop.port}{path}")
        found = axe.Axe().run(page)
        assert found.response["violations"] == [], f"{path}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= LOOKS[look]["viewport"]["width"], path
        assert page.evaluate("window.hacked") is None
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip", path


def test_a_walk_without_scripts(new_page: "Callable[..., Page]", shop: Service) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"http://127.0.0.1:{shop.port}/article/Candide")
    page.click("text=I like it")
    page.fill("#dislike-new", "Don Quixote")
    page.press("#dislike-new", "Enter")
    assert page.locator("input[type=checkbox]").evaluate_all("(all) => all.map((one) => one.value)") == [
        *("Candide", "Don Quixote")
    ]
    first = page.inner_text("#found ~ .rows li:first-child .title")
    page.click("#found ~ .rows li:first-child .more a:has-text('Not for me')")
    assert first in page.locator("input[name=dislike]").evaluate_all("(all) => all.map((one) => one.value)")
    assert first not in page.locator("#found ~ .rows .title").all_inner_texts()
    page.click("#found ~ .rows li:first-child .title")
    page.click(".rows li:first-child .why")
    assert page.inner_text("h1").startswith("Why ")
    assert page.locator(".shares tbody tr").count() > 1
