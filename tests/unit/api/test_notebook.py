"""The table that a notebook shows, read back by an HTML parser."""

import copy
import pickle
import re
from dataclasses import fields
from html.parser import HTMLParser
from typing import Any

import pytest

import api

HOSTILE = "<img src=x onerror=alert(1)> \"'&amp; $x$\u202e"


class Page(HTMLParser):
    """The elements of a page with their attributes, and the texts of its cells."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.cells: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag in {"td", "th"}:
            self.cells.append("")

    def handle_data(self, data: str) -> None:
        self.cells[-1] += data

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


def widths(page: Page) -> list[float]:
    """The lengths of the bars, in em; below 0 for those of the other colour."""
    found = []
    for bar in page.named("span"):
        width, colour = re.findall(r"width:([\d.]+)em;background:(#\w+)", bar["style"] or "")[0]
        found.append(float(width) * {"#0072b2": 1, "#d55e00": -1}[colour])
    return found


NEAR = [api.SimilarArticle(n, "book", f"Book {n}", cosine, cosine) for n, cosine in enumerate((0.8, 0.4, -0.2))]


def test_names_links_and_bars() -> None:
    page = Page(api.Answer(api.SimilarArticle, NEAR, "frwiki")._repr_html_())
    assert page.cells[:4] == ["topic", "title", "similarity", "score"]
    assert [cell.strip() for cell in page.cells[4:8]] == ["book", "Book 0", "0.800", "0.800"]
    assert [link["href"] for link in page.named("a")] == [f"https://fr.wikipedia.org/wiki/Book_{n}" for n in range(3)]
    assert widths(page) == [8, 8, 4, 4, -2, -2]
    assert not Page(api.Answer(api.SimilarArticle, NEAR)._repr_html_()).named("a")


def test_the_rest_has_a_name_and_links_have_their_kind() -> None:
    rows = [
        api.ExplainedLink(1, "category", "1869 books", 2, "site", "archive.org", 0.5, 0.25),
        api.ExplainedLink(None, None, None, None, None, None, None, -0.5),
    ]
    page = Page(api.Answer(api.ExplainedLink, rows, "enwiki")._repr_html_())
    hrefs = [link["href"] for link in page.named("a")]
    assert hrefs == ["https://en.wikipedia.org/wiki/Category:1869_books", "https://archive.org/"]
    assert [cell.strip() for cell in page.cells[12:]] == ["", "all the rest", "", "", "", "-0.500"]
    assert widths(page) == [8, 4, -8]


TEXTS = {"str": HOSTILE, "str | None": HOSTILE, "int": 3, "int | None": 3, "float": 0.5, "float | None": 0.5}


@pytest.mark.parametrize(
    "record",
    [
        *(api.SimilarArticle, api.SimilarLink, api.NearLink, api.ExplainedLink, api.FoundArticle),
        *(api.SeriesArticle, api.MatchedArticle, api.HistoryBook),
    ],
)
def test_every_text_of_every_record_is_text(record: Any) -> None:
    row = record(*(TEXTS.get(str(getattr(field.type, "__name__", field.type)), HOSTILE) for field in fields(record)))
    text = api.Answer(record, [row], "enwiki")._repr_html_()
    page = Page(text)
    assert {name for name, _ in page.elements} <= {"table", "thead", "tbody", "tr", "th", "td", "a", "span"}
    texts = sum(value == HOSTILE for value in row.__getstate__())
    assert [cell for cell in page.cells if "img" in cell] == [HOSTILE] * texts
    for link in page.named("a"):
        assert (link["href"] or "").startswith("https://en.wikipedia.org/wiki/")


def test_slices_are_answers() -> None:
    answer = api.Answer(api.SimilarArticle, NEAR, "enwiki")
    part = answer[1:]
    assert part == NEAR[1:]
    assert (type(part), part.record, part.wiki) == (api.Answer, api.SimilarArticle, "enwiki")
    assert "Book_2" in part._repr_html_()
    assert "Book_0" not in part._repr_html_()
    assert answer[0] is NEAR[0]
    assert answer[-1] is NEAR[-1]
    for other in (pickle.loads(pickle.dumps(answer)), copy.copy(answer)):
        assert other == answer
        assert other._repr_html_() == answer._repr_html_()


def test_an_empty_answer_has_its_head() -> None:
    assert Page(api.Answer(api.FoundArticle)._repr_html_()).cells == ["topic", "title", "alias", "score"]
