"""The page in chromium without a GPU: how soon the map is seen, what it costs to load, and how it moves and answers.

    python -m bench.page [--articles 37020 200000] [--questions 400]

Articles with clustered vectors are planted, and a map that is a projection of their vectors, because laying them out
takes minutes and makes no difference here. The first load is cold; the navigation is measured on the fifth load, when
the browser has the files and asks whether they are still right. A frame is the time from one to the next without a
limit of frames while the map is moved at three magnifications. The typing is what the service takes for each beginning
of a title. It needs the extra `browser` and chromium, which WIKISHELF_CHROMIUM may name. bench/README.md has results.
"""

import http.client
import os
import shutil
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import numpy as np
from playwright.sync_api import Browser, Page, sync_playwright

from bench.common import empty_database, parser, serving, temporary_home
from bench.planted_catalogue import article_rows, plant
from db.connection import Database
from db.maps.positions import Positions
from db.maps.storing import store

LINKS = 1_000
CHROMIUM = os.environ.get("WIKISHELF_CHROMIUM") or shutil.which("chromium")
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-frame-rate-limit", "--disable-gpu-vsync"]
FIRST_FRAME = "performance.getEntriesByName('map-drawn')[0]?.startTime"
PAN = """async () => {
    const { page: { map } } = await import("/static/main.js");
    const frames = [];
    let last;
    await new Promise((done) => requestAnimationFrame(function step(now) {
        if (last !== undefined) frames.push(now - last);
        last = now;
        const way = (frames.length % 60 < 30 ? 6 : -6) / map.scale;
        map.setView({ ...map.view, x: map.view.x + way });
        if (frames.length < 180) requestAnimationFrame(step);
        else done();
    }));
    return frames;
}"""


def main() -> None:
    """Plant, open, move, type, and print."""
    command = parser(__doc__)
    command.add_argument("--articles", type=int, nargs="+", default=[37_020, 200_000], metavar="N")
    command.add_argument("--questions", type=int, default=400, metavar="N")
    options = command.parse_args()
    for articles in options.articles:
        with temporary_home() as home, empty_database(home) as database:
            plant(database, articles, LINKS)
            store_map(database, articles)
            with serving(database.url) as (_, port), chromium() as browser:
                print(f"{articles:,} articles")
                loading(browser, f"http://127.0.0.1:{port}/")
                moving(browser, f"http://127.0.0.1:{port}/")
                typing(port, articles, options.questions)


def store_map(database: Database, articles: int) -> None:
    """Stand each article where its vector's first two directions are, in regions that are squares."""
    rows = article_rows(articles).astype(np.float64)
    flat = rows @ np.linalg.svd(rows[:2000], full_matrices=False)[2][:2].T
    xy = (flat / np.abs(flat).max()).astype(np.float32)
    squares = [np.floor((xy + 1) / 2 * (side - 0.001)).astype(np.int32) @ (1, side) for side in (3, 6, 12)]
    levels = [np.unique(square, return_inverse=True)[1].astype(np.int32) for square in squares]
    with database.transaction() as connection:
        store(connection, 1, Positions(np.arange(1, articles + 1, dtype=np.int32), xy), levels)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Without a GPU, and without a limit of frames."""
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield browser
        browser.close()


def loading(browser: Browser, address: str) -> None:
    """The cold load in requests and bytes, and the time to the first frame when the files are known."""
    page = browser.new_page(viewport={"width": 1280, "height": 800})
    sizes: list[int] = []
    page.on("requestfinished", lambda request: sizes.append(request.sizes()["responseBodySize"]))
    times = []
    for load in range(7):
        page.goto(address, wait_until="networkidle")
        times.append(wait_for(page, FIRST_FRAME))
        if load == 0:
            print(f"  first load: {len(sizes)} requests, {sum(sizes) / 1000:.0f} KB, first frame {times[0]:.0f} ms")
    print(f"  navigation to the first frame, warm: {statistics.median(times[2:]):.0f} ms")
    page.close()


def wait_for(page: Page, expression: str) -> Any:
    """The value of an expression as soon as it has one."""
    while (value := page.evaluate(expression)) is None:
        page.wait_for_timeout(20)
    return value


def moving(browser: Browser, address: str) -> None:
    """Frames while the map is shifted."""
    for zoom in (1, 4, 20):
        page = browser.new_page(viewport={"width": 1280, "height": 800})
        page.goto(f"{address}?zoom={zoom}", wait_until="networkidle")
        wait_for(page, FIRST_FRAME)
        frames = page.evaluate(PAN)
        middle, slow = np.percentile(frames, [50, 95])
        print(f"  frame at zoom {zoom}: median {middle:.1f} ms, p95 {slow:.1f}")
        page.close()


def typing(port: int, articles: int, questions: int) -> None:
    """Suggestions for the beginnings of titles, one after the other."""
    random = np.random.default_rng(0)
    connection = http.client.HTTPConnection("127.0.0.1", port)
    times: list[float] = []
    while len(times) < questions:
        title = f"Book {random.integers(1, articles + 1)}"
        for length in range(1, len(title) + 1):
            start = time.perf_counter()
            connection.request("GET", f"/suggest?q={quote(title[:length])}")
            connection.getresponse().read()
            times.append((time.perf_counter() - start) * 1000)
    print(f"  a suggestion: median {statistics.median(times):.1f} ms, p95 {np.percentile(times, 95):.1f}")


if __name__ == "__main__":
    main()
