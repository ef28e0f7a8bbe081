"""python -m pages.pictures: draw the picture of the page anew, from the sample, in chromium.

It makes a shelf of its own in a temporary folder, and needs the extra `browser` and chromium, which WIKISHELF_CHROMIUM
may name. The sample, the seed and the size are fixed, so the picture changes only with the page or the model.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

PICTURE = Path(__file__).parents[1] / "docs" / "pictures" / "page.png"
SHOWN = {"article": "War and Peace", "colour": "genre", "x": 0, "y": 0, "zoom": 1}
SIZE = {"width": 1280, "height": 800}


def main() -> None:
    """Make the shelf, serve it, and save what chromium shows."""
    folder = Path(tempfile.mkdtemp(prefix="wikishelf-pictures-"))
    folder.chmod(0o755)  # Root's server runs as another user.
    os.environ |= {"WIKISHELF_HOME": str(folder / "home"), "DATABASE_URL": ""}
    try:
        dump = str(folder / "sample.xml.bz2")
        for words in (
            ["sample", dump],
            ["ingest", dump, "--topic", "book", "--topic", "film"],
            ["train"],
            ["train", "map"],
        ):
            subprocess.run([sys.executable, "-m", *words], check=True, stdout=subprocess.DEVNULL)
        with _service() as address:
            _photograph(f"{address}/?{urlencode(SHOWN)}")
    finally:
        shutil.rmtree(folder)
    print(f"{PICTURE} has {PICTURE.stat().st_size / 1000:.0f} KB")


@contextmanager
def _service() -> Iterator[str]:
    command = [sys.executable, "-m", "api", "serve", "--port", "0"]
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True) as process:
        assert process.stderr is not None
        yield process.stderr.readline().removeprefix("listening on ").strip()
        process.terminate()


def _photograph(address: str) -> None:
    from playwright.sync_api import sync_playwright

    chromium = os.environ.get("WIKISHELF_CHROMIUM") or shutil.which("chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
        page = browser.new_page(viewport=SIZE)  # type: ignore[arg-type]
        page.goto(address)
        page.wait_for_selector("#article h2")
        page.wait_for_timeout(1_000)  # The map moves to the book.
        page.wait_for_selector("#map:not([aria-busy=true]) canvas:not([data-moving])")
        PICTURE.parent.mkdir(exist_ok=True)
        page.screenshot(path=PICTURE)
        browser.close()


if __name__ == "__main__":
    main()
