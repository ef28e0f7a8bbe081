"""Chromium for each module, a small shelf with a map, its service, and a new page for each test that asks."""

import os
import shutil
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from db.connection import Database
from tests.conftest import as_url, new_database
from tests.support import bookshop
from tests.support.browsing import Parts, parts
from tests.support.commands import done
from tests.support.serving import Service, serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

MISSING = "the extra `browser` is not installed: pip install 'wikishelf[browser]'"
CHROMIUM = os.environ.get("WIKISHELF_CHROMIUM") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu"]


@pytest.fixture(scope="session")
def playwright() -> Any:
    if not CHROMIUM:
        pytest.skip("chromium is not installed: apt-get install chromium, or name one in WIKISHELF_CHROMIUM")
    return pytest.importorskip("playwright.sync_api", reason=MISSING)


@pytest.fixture(scope="module")
def chromium(playwright: Any) -> "Iterator[Browser]":
    """A browser for each module; while one runs, so does an event loop, which tests elsewhere must not meet."""
    with playwright.sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def shop_url(playwright: Any, server_url: str, template: str) -> Iterator[str]:
    """The address of a database with the books of tests.support.bookshop and a map; tests only read it."""
    with new_database(server_url, template) as conninfo:
        with Database(conninfo) as database:
            bookshop.plant(database)
        done("train", "map", DATABASE_URL=as_url(conninfo))
        yield as_url(conninfo)


@pytest.fixture(scope="session")
def shop(shop_url: str) -> Iterator[Service]:
    with serving(shop_url) as service:
        yield service


@pytest.fixture(scope="session")
def shown(shop: Service) -> Parts:
    return parts(shop)


@pytest.fixture
def new_page(chromium: "Browser") -> "Iterator[Callable[..., Page]]":
    """Makes pages, each in a context of its own; a fault in a script, or a question elsewhere, fails the test."""
    contexts, faults = [], []

    def make(**options: Any) -> "Page":
        context = chromium.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(60_000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security" in said.text else None)
        page.on("request", lambda asked: faults.append(asked.url) if not _is_ours(asked.url) else None)
        return page

    yield make
    for context in contexts:
        context.close()
    assert faults == []


def _is_ours(url: str) -> bool:
    return url.startswith(("http://127.0.0.1:", "blob:http://127.0.0.1:"))


@pytest.fixture
def page(new_page: "Callable[..., Page]", shop: Service) -> "Page":
    """The map of the shelf, drawn."""
    page = new_page()
    page.goto(f"http://127.0.0.1:{shop.port}/")
    page.wait_for_selector("#legend li")
    return page
