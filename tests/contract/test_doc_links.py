"""Every link of a page leads to a file and a heading that are there, and no page is too long to be read at once."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

from tests.conftest import ROOT

DOCS = sorted((ROOT / "docs").glob("*.md"))
PAGES = [*DOCS, *sorted(ROOT.glob("*.md")), ROOT / "bench" / "README.md", ROOT / "fuzz" / "README.md"]
LINK = re.compile(r"(?<!\\)\]\((?!https?://|mailto:)([^)\s]*)\)")
MOST_LINES = 200


def prose(page: Path) -> str:
    """The text without its code, in which brackets mean other things."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    return re.sub(r"`[^`\n]*`", "", text)


@cache
def anchors(page: Path) -> set[str]:
    """The headings as GitHub's anchors: lower case, without marks, and numbered where one comes again."""
    text = re.sub(r"^ *```.*?^ *```", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
    found: Counter[str] = Counter()
    names = set()
    for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE):
        name = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        names.add(f"{name}-{found[name]}" if found[name] else name)
        found[name] += 1
    return names


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(prose(page)):
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), link
        assert target.is_relative_to(ROOT), link
        if anchor and target.suffix == ".md":
            assert anchor in anchors(target), link


@pytest.mark.parametrize("page", [ROOT / "README.md", *DOCS], ids=lambda page: page.name)
def test_no_page_is_too_long(page: Path) -> None:
    assert page.read_text(encoding="utf-8").count("\n") <= MOST_LINES


def test_the_index_names_every_page() -> None:
    index = ROOT / "docs" / "index.md"
    assert set(LINK.findall(prose(index))) >= {page.name for page in DOCS} - {index.name}


def test_what_is_found() -> None:
    assert LINK.findall("[a](b.md), [c](https://d.e), ![f](g.png) and [h](#i)") == ["b.md", "g.png", "#i"]
