"""The modules by themselves, beside what Python says of the same."""

import base64
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

import api
from tests.support import exports
from tests.support.browsing import module
from tests.support.exports import Row

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = pytest.mark.browser
BOOKS = [
    Row("The Colour of Magic (Discworld, #1)", "Terry Pratchett", "4", "read", 'A "review",\nof two lines'),
    Row('"A" Is for Alibi', "Grafton, Sue", "4.5", "Your library"),
    Row("Les Misérables", "Hugo, Victor", "", "to-read"),
    Row("Of a half", "X", "2,5", "did-not-finish"),
    Row("", "Nobody", "5", "read"),
    Row("Emma", "Jane  Austen", "many", "currently-reading"),
    Row("Em\0ma", "Jane Austen", "5", "read"),
    Row("Six stars", "Jane Austen", "6", "Wishlist, Favorites"),
]
FILES = {
    "goodreads": exports.goodreads(BOOKS).encode(),
    "storygraph": exports.storygraph(BOOKS).encode("utf-8-sig"),
    "a row cut off": (exports.goodreads(BOOKS) + "17,Cut off\n" + '18,"Never closed\n19,Swallowed\n').encode(),
    **{
        f"librarything {code}": exports.librarything(BOOKS[1:4]).encode(code)
        for code in ("utf-8", "utf-16", "utf-16-be", "latin-1")
    },
    "lines of two encodings": b"".join(
        line.encode(code)
        for line, code in zip(exports.librarything(BOOKS[1:4]).splitlines(True), itertools.cycle(["utf-8", "latin-1"]))
    ),
    "semicolons": exports.goodreads(BOOKS[2:4]).replace(",", ";").replace("\n", "\r").encode(),
}


def call(page: "Page", name: str, expression: str, argument: Any = None) -> Any:
    """The value of an expression in which `it` is a module and `given` the argument."""
    return page.evaluate(
        f"async (given) => {{ const it = await import('{module(page, name)}'); return {expression}; }}", argument
    )


@pytest.mark.parametrize("name", FILES)
def test_a_history_is_read_as_python_reads_it(page: "Page", tmp_path: Path, name: str) -> None:
    file = tmp_path / "history"
    file.write_bytes(FILES[name])
    expected = api.read_history(file)
    read = call(
        page,
        "history",
        "it.readHistory(Uint8Array.from(atob(given), (c) => c.charCodeAt(0)))",
        base64.b64encode(FILES[name]).decode(),
    )
    assert read["site"] == expected.site
    assert [(b["title"], b["author"], b["rating"], b["status"]) for b in read["books"]] == [
        (b.title, b.author, b.rating, b.status) for b in expected
    ]
    assert [row["line"] for row in read["malformed"]] == [row.line for row in expected.malformed]
    assert [row["reason"] for row in read["malformed"]] == [row.reason for row in expected.malformed]
    assert expected or expected.malformed


def test_what_is_not_a_history_is_refused(page: "Page") -> None:
    with pytest.raises(Exception, match="not an export of Goodreads, StoryGraph or LibraryThing"):
        call(page, "history", "it.readHistory(new TextEncoder().encode('a,b\\\\n1,2'))")


def test_cells_that_a_spreadsheet_would_reckon_out(page: "Page") -> None:
    cells = ["=1+1", "+1", "-1", "@x", "\t=1", 'a "b", c', "plain", "a=b"]
    text = call(page, "save", "it.csvOf([given])", cells)
    assert text == '\'=1+1,\'+1,\'-1,\'@x,\'\t=1,"a ""b"", c",plain,a=b\r\n'


STATE = {
    "q": "war & peace", "article": 'A "b" & <c>?', "colour": "year", "prominence": "-0.5", "diversity": "0.3",
    "x": "0.1234", "y": "-0.5", "zoom": "3.5", "lasso": "0,0 1,0 1,1",
    "like": ["A+B", "C#", "Ça"], "dislike": ["100%"], "value": ["(none)", "a,b"],
}  # fmt: skip


def test_every_state_goes_through_the_address(page: "Page") -> None:
    address = call(page, "main", "it.writtenAddress(given)", STATE)
    assert call(page, "main", "it.readAddress(given)", address.partition("?")[2]) == STATE


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_a_hundred_values_have_a_hundred_colours(page: "Page", theme: str) -> None:
    rows = [{"kind": "value"}] * 100 + [{"kind": "other"}, {"kind": "none"}]
    colours = np.array(call(page, "points", f"it.palette(given, '{theme}')", rows))
    assert len(np.unique(colours, axis=0)) == 102
    ground = np.array([255, 253, 248] if theme == "light" else [27, 28, 30])
    for kind in BLIND:
        seen = _lab(np.clip(_linear(colours[:8]) @ BLIND[kind].T, 0, 1))
        apart = np.linalg.norm(seen[:, None] - seen[None], axis=2)[np.triu_indices(8, 1)]
        assert apart.min() > 9, kind
        assert np.linalg.norm(_lab(_linear(colours[:8])) - _lab(_linear(ground[None])), axis=1).min() > 20
    saturation = colours[100:].max(axis=1) - colours[100:].min(axis=1)
    assert saturation.max() < 30


# Machado, Oliveira and Fernandes 2009: what who lacks one kind of cones sees, in linear light.
BLIND = {
    "nothing lacks": np.eye(3),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
}


def _linear(colours: Any) -> Any:
    """The light of sRGB from 0 to 255."""
    share = np.asarray(colours) / 255
    return np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)


def _lab(light: Any) -> Any:
    """CIELAB of linear light."""
    xyz = (
        light
        @ np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]]).T
        / (0.9505, 1, 1.089)
    )
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.stack([116 * f[:, 1] - 16, 500 * (f[:, 0] - f[:, 1]), 200 * (f[:, 1] - f[:, 2])], axis=1)
