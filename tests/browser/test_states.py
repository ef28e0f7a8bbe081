"""A new model while one looks, shelves with little or nothing on them, and a browser without scripts."""

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

import pytest

import api
from db.connection import Database
from tests.conftest import as_url
from tests.support import bookshop
from tests.support.browsing import choose, in_map, rest, text_of
from tests.support.commands import done
from tests.support.planted import article, load, store_model
from tests.support.serving import Service, serving

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser


@pytest.fixture
def own(chromium: object, database_url: str) -> Iterator[str]:
    """The address of an empty database of the test's own."""
    yield as_url(database_url)


def opened(page: "Page", service: Service, query: str = "") -> None:
    page.goto(f"http://127.0.0.1:{service.port}/{query}")
    rest_or_sentence = "#legend li, #map .empty, .notice"
    page.wait_for_selector(rest_or_sentence)


def test_a_new_model_is_activated_while_one_looks(new_page: "Callable[..., Page]", own: str) -> None:
    with Database(own) as database:
        bookshop.plant(database)
        done("train", "map", DATABASE_URL=own)
        with serving(own) as service:
            page = new_page()
            opened(page, service)
            choose(page, "don q", "Don Quixote")
            before = in_map(page, "Array.from(page.points.x)")
            assert in_map(page, "page.points.header.model_id") == 1
            bookshop.store_model(database, seed=9)
            page.click("#article .near .title >> nth=1")
            rest(page, 1000)
            assert "no map" in page.inner_text("#model")
            assert "A new model, number 2, answers now. The map is still that" in page.inner_text("#model")
            assert text_of(page, "#article h2") != ["Don Quixote"]
            done("train", "map", DATABASE_URL=own)
            page.click("#article .near .title >> nth=0")
            rest(page, 1500)
            assert in_map(page, "page.points.header.model_id") == 2
            assert in_map(page, "Array.from(page.points.x)") != before
            (title,) = text_of(page, "#article h2")
            with api.Shelf(database) as shelf:
                expected = [row.title for row in shelf.similar_articles(title, 10, exact=True)]
            assert text_of(page, "#article .near .title") == expected
            assert "A new model, number 2, answers now" in page.inner_text("#model")


@pytest.mark.parametrize("count", [1, 3])
def test_few_articles_are_a_small_map(new_page: "Callable[..., Page]", own: str, count: int) -> None:
    with Database(own) as database:
        load(database, *(article(f"Book {n}", ["Shared", f"Link {n}"]) for n in range(count)))
        store_model(database)
        done("train", "map", DATABASE_URL=own)
        with serving(own) as service:
            page = new_page()
            opened(page, service)
            rest(page, 600)
            assert page.inner_text("#legend .sum") == f"{count} of {count} articles"
            assert sorted(in_map(page, "page.map.labels.map((label) => label.text)")) == [
                f"Book {n}" for n in range(count)
            ]
            page.focus("#map canvas")
            rest(page)
            page.keyboard.press("n")
            page.keyboard.press("Enter")
            page.wait_for_selector("#article h2")
            assert page.locator("#article .near li").count() == count - 1


@pytest.mark.parametrize(
    ("state", "words"),
    [("empty", "python -m ingest"), ("no model", "python -m train"), ("no map", "python -m train map")],
)
def test_what_is_lacking_is_said(new_page: "Callable[..., Page]", own: str, state: str, words: str) -> None:
    with Database(own) as database:
        if state != "empty":
            load(database, *(article(f"Book {n}", ["Shared"]) for n in range(5)))
        if state == "no map":
            store_model(database)
    with serving(own) as service:
        page = new_page()
        opened(page, service)
        assert words in page.inner_text("main")
        assert page.locator("#map canvas").count() == 0


def test_without_scripts(new_page: "Callable[..., Page]", shop: Service) -> None:
    page = new_page(java_script_enabled=False)
    page.goto(f"http://127.0.0.1:{shop.port}/")
    picture = page.locator("#map img")
    assert picture.evaluate("(image) => image.naturalWidth") > 200
    assert picture.get_attribute("alt")
    page.fill("#q", "war and")
    page.press("#q", "Enter")
    page.click("main a:has-text('War and Peace')")
    assert page.inner_text("h1") == "War and Peace"
    assert page.locator("main a:has-text('Tragedy number')").count() > 3
    page.click("nav a:has-text('Taste')")
    page.fill("#taste [name=like] >> nth=0", "War and Peace")
    page.click("#taste button >> nth=0")
    assert page.locator("main a:has-text('Tragedy number')").count() > 3


def test_the_service_is_away(page: "Page") -> None:
    page.route("**/suggest?*", lambda route: route.abort())
    page.focus("#q")
    page.wait_for_timeout(200)
    page.keyboard.type("war")
    rest(page, 300)
    assert page.inner_text("#status") == "The service does not answer; try again in a moment."
