"""Why two articles are alike, beside numpy."""

import numpy as np
import pytest

from db import search
from db.connection import Database
from tests.support.formulas import cosines, explained
from tests.support.known import EXTRA, Known


def pairs_to_explain(known: Known, asked: list[int]) -> list[tuple[int, int]]:
    """Some at random, some that share links, and one with itself."""
    alike = [int(np.nanargmax(np.delete(cosines(known.articles, known.articles[a]), a))) for a in asked[:10]]
    alike = [other + (other >= a) for a, other in zip(asked, alike, strict=False)]
    return [*zip(asked[:10], alike, strict=True), *zip(asked[10:20], asked[20:30], strict=True), (asked[0], asked[0])]


def test_explanations_add_up(shelf: Database, known: Known, asked: list[int]) -> None:
    for a, b in pairs_to_explain(known, asked):
        expected = explained(known, a, b)
        for count in (3, 10_000):
            *listed, rest = search.explain_similarity(shelf, known.titles[a], known.titles[b], count)
            assert len(listed) == min(count, len(expected))
            largest = sorted(expected.values(), reverse=True)[:count]
            assert [link.share for link in listed] == pytest.approx(largest, abs=1e-5)
            similarity = known.articles[a] @ known.articles[b]
            assert rest.share == pytest.approx(similarity - sum(link.share for link in listed), abs=1e-5)
            for link in listed:
                assert link.link_id is not None
                assert link.other_link_id is not None
                pair = link.link_id - 1, link.other_link_id - 1
                assert link.share == pytest.approx(expected[pair], abs=1e-5)
                assert link.similarity == pytest.approx(known.links[pair[0]] @ known.links[pair[1]], abs=2e-6)


def test_each_link_is_named(shelf: Database, known: Known, asked: list[int]) -> None:
    for a, b in pairs_to_explain(known, asked):
        *listed, rest = search.explain_similarity(shelf, known.titles[a], known.titles[b])
        for link in listed:
            for number, kind, title, article in (
                (link.link_id, link.kind, link.title, a),
                (link.other_link_id, link.other_kind, link.other_title, b),
            ):
                assert number is not None
                assert number - 1 in known.made[article]
                assert (kind, title) == (known.kinds[number - 1], known.link_titles[number - 1])
        assert (rest.link_id, rest.kind, rest.title, rest.similarity) == (None, None, None, None)
        assert (rest.other_link_id, rest.other_kind, rest.other_title) == (None, None, None)


def test_articles_in_each_others_place(shelf: Database, known: Known, asked: list[int]) -> None:
    for a, b in pairs_to_explain(known, asked)[:20]:
        swapped = search.explain_similarity(shelf, known.titles[b], known.titles[a], 5)
        straight = search.explain_similarity(shelf, known.titles[a], known.titles[b], 5)
        assert [link.share for link in swapped] == pytest.approx([link.share for link in straight], abs=1e-6)


def test_articles_whose_links_have_no_vectors(shelf: Database, known: Known, asked: list[int]) -> None:
    """All of their similarity is the rest."""
    for article in EXTRA:
        position = known.titles.index(article.title)
        for titles in ((article.title, known.titles[asked[0]]), (known.titles[asked[0]], article.title)):
            (rest,) = search.explain_similarity(shelf, *titles)
            assert rest.link_id is None
            assert rest.share == pytest.approx(known.articles[position] @ known.articles[asked[0]], abs=2e-6)
