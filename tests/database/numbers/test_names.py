"""The functions that the searches stand on: which id a title has, how it is folded, and which vector an id has."""

import unicodedata
from typing import Any

import numpy as np
import pytest
from sqlalchemy import text

from db.connection import Database
from tests.support import trigrams
from tests.support.formulas import mean_of_links
from tests.support.known import Float, Known


def each(shelf: Database, call: str, asked: list[Any]) -> list[Any]:
    """What an SQL function of x says to each of these."""
    kind = "integer" if isinstance(asked[0], int) else "text"
    with shelf.session() as connection:
        query = text(f"select {call} from unnest(cast(:asked as {kind}[])) with ordinality t(x, n) order by n")
        return list(connection.scalars(query, {"asked": asked}))


def test_articles_by_title_or_alias(shelf: Database, known: Known) -> None:
    ids = {title: n for n, title in enumerate(known.titles, 1)}
    expected = {**{alias: ids.get(end) for alias, end in known.aliases.items()}, **ids, "Zzyzx": None}
    assert dict(zip(expected, each(shelf, "find_article(x)", list(expected)), strict=True)) == expected


def test_links_by_title_or_alias(shelf: Database, known: Known) -> None:
    rows = list(zip(known.kinds, known.link_titles, range(1, len(known.kinds) + 1), strict=True))
    pages = {title: n for kind, title, n in rows if kind == "page"}
    others = {title: n for kind, title, n in sorted(rows, reverse=True) if kind != "page"}
    aliases = {alias: pages[end] for alias, end in known.aliases.items() if end in pages}
    expected = {"Zzyzx": None, **others, **aliases, **pages}
    assert dict(zip(expected, each(shelf, "find_link(x)", list(expected)), strict=True)) == expected


def test_titles_are_folded(shelf: Database, known: Known) -> None:
    letters = [chr(n) for n in range(0xA0, 0x250)] + [unicodedata.normalize("NFD", "Ångström"), "ŁÓDŹ", "ﬁn de siècle"]
    titles = [*known.titles, *known.link_titles, *letters]
    assert each(shelf, "fold_title(x)", titles) == [trigrams.fold(title) for title in titles]


@pytest.mark.parametrize("kind", ["article", "link"])
def test_vectors_by_id(shelf: Database, known: Known, kind: str) -> None:
    rows = known.articles if kind == "article" else known.links
    ids = [*range(1, len(rows) + 1, len(rows) // 200), len(rows) + 1]
    *stored, none = each(shelf, f"{kind}_embedding(x)::real[]", ids)
    assert none is None
    for number, vector in zip(ids, stored, strict=False):
        row = rows[number - 1]
        assert np.array_equal(np.float32(vector), np.float32(row)) if np.isfinite(row[0]) else vector is None


def embedded(shelf: Database, titles: list[str]) -> Float | None:
    with shelf.session() as connection:
        vector = connection.scalar(text("select embed_links(:titles)::real[]"), {"titles": titles})
    return None if vector is None else np.array(vector)


def test_vectors_of_links(shelf: Database, known: Known) -> None:
    random = np.random.default_rng(6)
    pages = np.flatnonzero(known.kinds == "page")
    for size in (1, 2, 5, 25) * 5:
        links = random.choice(pages, size, replace=False)
        found, expected = embedded(shelf, [known.link_titles[link] for link in links]), mean_of_links(known, links)
        assert found == pytest.approx(expected, abs=1e-6) if expected.any() else found is None


def test_a_link_given_twice_counts_once(shelf: Database, known: Known) -> None:
    once, other = (known.link_titles[i] for i in np.flatnonzero(known.link_has_vector & (known.kinds == "page"))[:2])
    assert embedded(shelf, [once, other, once]) == pytest.approx(embedded(shelf, [once, other]), abs=1e-6)
