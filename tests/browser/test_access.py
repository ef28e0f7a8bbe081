"""Everybody can use it and nobody is spied on: axe finds nothing, nothing is asked elsewhere, names are texts."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from tests.conftest import ROOT
from tests.support import exports
from tests.support.bookshop import HOSTILE
from tests.support.browsing import choose, in_map, rest, text_of
from tests.support.exports import Row
from tests.support.serving import Service, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
LOOKS: dict[str, dict[str, Any]] = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "phone": {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True},
    "dark phone": {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"},
}
STATES = {
    "as it opens": "",
    "every panel": "article=War+and+Peace&like=Candide&dislike=Don+Quixote&colour=country&value=France"
    "&lasso=-1,-1 1,-1 1,1 -1,1",
    "a scale": "colour=year&value=(none)",
    "an error": "article=Of+no+shelf+here",
}


@pytest.mark.parametrize("look", LOOKS)
@pytest.mark.parametrize("state", STATES)
def test_axe_finds_nothing(new_page: "Callable[..., Page]", shop: Service, look: str, state: str) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright")
    page = new_page(**LOOKS[look])
    page.goto(f"http://127.0.0.1:{shop.port}/?{STATES[state]}")
    page.wait_for_selector("#legend li")
    rest(page, 900)
    if state == "every panel":
        assert page.locator("#article").is_visible()
        assert page.locator("#selection .found li").count() > 3
        page.focus("#q")
        page.keyboard.type("war")
        page.wait_for_selector("#suggestions [data-title]")
    found = axe.Axe().run(page)
    assert found.response["violations"] == [], found.generate_report()


def test_the_first_load_is_light(new_page: "Callable[..., Page]", shop: Service) -> None:
    page = new_page()
    asked = []
    page.on("response", lambda response: asked.append((response.url, len(response.body()))))
    page.goto(f"http://127.0.0.1:{shop.port}/", wait_until="networkidle")
    page.wait_for_timeout(500)
    ours = [address for address, _ in asked if "/map/titles" not in address]  # A small shelf names its books at once.
    assert len(ours) <= 8, ours
    assert sum(size for _, size in asked) < 200_000


def test_everything_is_asked_below_the_root_path(new_page: "Callable[..., Page]", shop_url: str) -> None:
    with serving(shop_url, "--root-path", "/books") as service:
        page = new_page()
        asked: list[str] = []
        page.on("request", lambda request: asked.append(urlsplit(request.url).path))
        page.goto(f"http://127.0.0.1:{service.port}/books/")
        page.wait_for_selector("#legend li")
        choose(page, "war an", "War and Peace")
        page.click("#article .tastes .like")
        page.wait_for_selector("#shelf .recommended li")
        assert all(path.startswith("/books/") for path in asked)
        assert len(asked) > 12
        page.click("#article .links a")
        assert page.inner_text("h1") == "War and Peace"
        page.focus("#q")
        with page.expect_response("**/suggest?q=don%20q"):
            page.keyboard.type("don q")
        page.wait_for_selector("#suggestions [data-title='Don Quixote']")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/books/article/Don%20Quixote")


def test_the_modules_are_small() -> None:
    static = ROOT / "api" / "service" / "static"
    sizes = {path.name: path.stat().st_size for path in static.glob("*.js")}
    assert sum(sizes.values()) <= 80 * 1024, sizes


def test_a_hostile_name_is_a_text_everywhere(page: "Page", tmp_path: Path) -> None:
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    choose(page, "<img", HOSTILE.replace("'", "\\'"))
    page.click("#article .tastes .like")
    page.wait_for_selector("#shelf .recommended li")
    page.select_option("#colour", "genre")
    page.click(f"#legend li:has-text('{HOSTILE}') button")
    page.click("[data-use='lasso view']")
    page.wait_for_selector("#selection .found li")
    assert text_of(page, "#article h2") == [HOSTILE]
    assert HOSTILE in page.inner_text("#article dl")
    assert HOSTILE in page.inner_text("#article .near")
    assert HOSTILE in page.inner_text("#shelf .likes")
    assert HOSTILE in page.inner_text("#selection .found")
    with page.expect_download() as waiting:
        page.click("[data-use='save svg']")
    waiting.value.save_as(tmp_path / "map.svg")
    assert "&lt;img src=x" in (tmp_path / "map.svg").read_text()
    history = tmp_path / "history.csv"
    history.write_text(exports.goodreads([Row(HOSTILE, HOSTILE, "5", "read"), Row("x", "y", HOSTILE, "read")]))
    page.set_input_files("#history-file", history)
    rest(page, 800)
    assert HOSTILE in page.inner_text("#status")
    assert page.evaluate("window.hacked") is None
    assert page.locator("img").count() == 0
    assert in_map(page, "page.map.labels.some((label) => label.text.startsWith('<img'))")
