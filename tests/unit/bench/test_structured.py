"""Made-up articles: the same however they are read, with new ones like the old, and shaped as real links are."""

from itertools import combinations

import numpy as np
import pytest

from bench.structured import AUTHOR, LANGUAGES, LEVELS, SUB_TOPIC, TOPIC, Structured
from db.importing.records import Article, Link, PageLinks
from db.importing.title_hashes import title_hashes

MADE = Structured(12_000, 40)  # They come in two blocks.


def read(first: int, end: int) -> list[Article]:
    return [one for one in MADE.articles(first, end) if isinstance(one, Article)]


@pytest.fixture(scope="module")
def articles() -> list[Article]:
    return read(0, MADE.size)


def test_pairs_are_those_of_the_articles(articles: list[Article]) -> None:
    pairs = MADE.pairs()
    assert len({one.title for one in articles}) == len(pairs.article_ids) == MADE.size
    assert np.bincount(pairs.article_index).tolist() == [len(one.links) for one in articles]
    counts: dict[Link, int] = {}
    for one in articles:
        for link in one.links:
            counts[link] = counts.get(link, 0) + 1
    assert sorted(np.bincount(pairs.link_index)) == sorted(counts.values())


def test_a_part_is_the_same_alone(articles: list[Article]) -> None:
    assert read(9_990, 10_010) == articles[9_990:10_010]


def test_new_articles_are_new_and_share_links(articles: list[Article]) -> None:
    known = {link for one in articles for link in one.links}
    new = read(MADE.size, MADE.size + 100)
    assert len(new) == 100
    assert not {one.title for one in new} & {one.title for one in articles}
    shares = [len(known & one.links.keys()) / len(one.links) for one in new]
    assert 0.5 < np.mean(shares) < 0.9  # a quarter are links of their own, and more in small groups


def test_pages_link_to_articles(articles: list[Article]) -> None:
    first, second = (one for one in MADE.articles(0, MADE.size) if isinstance(one, PageLinks))
    assert len(first.pages) + len(second.pages) == MADE.size
    titles = set(title_hashes(one.title for one in articles).tolist())
    assert set(first.pages.tolist()) | set(second.pages.tolist()) == titles
    assert set(second.targets.tolist()) <= titles
    assert second.sizes.sum() == len(second.targets)


def test_the_nearer_two_articles_are_the_more_links_they_share(articles: list[Article]) -> None:
    groups = MADE.groups()
    shared: dict[int, list[int]] = {level: [] for level in (AUTHOR, SUB_TOPIC, TOPIC, len(LEVELS) - 1)}
    for a, b in combinations(range(800), 2):
        level = next(level for level in shared if groups[level, a] == groups[level, b])
        shared[level].append(len(articles[a].links.keys() & articles[b].links.keys()))
    means = [np.mean(values) for values in shared.values()]
    assert means == sorted(means, reverse=True)
    assert means[0] > 2 * means[-1]


def test_links_are_spread_as_those_of_librarything(articles: list[Article]) -> None:
    """There 89 % of the links have fewer than 4 articles, and 41 % of the pairs; one has 16 % of the articles."""
    counts = np.bincount(MADE.pairs().link_index)
    assert np.mean([len(one.links) for one in articles]) == pytest.approx(MADE.links_each, rel=0.05)
    assert np.mean(counts < 4) == pytest.approx(0.89, abs=0.02)
    assert counts[counts < 4].sum() / counts.sum() == pytest.approx(0.41, abs=0.06)
    assert 0.05 < counts.max() / MADE.size < 0.35


def test_languages_have_the_shares_of_their_names(articles: list[Article]) -> None:
    found = [dict(one.facets)["language"] for one in articles]
    assert [found.count(name) for name in LANGUAGES] == [12, 120, 1_200, 10_668]
