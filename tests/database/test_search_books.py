"""Every search beside numpy, on real books: 200 questions each."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from db import search
from db.connection import Database
from tests.conftest import SHARED, new_database
from tests.support import books as planted
from tests.support.books import Books, Float, mean_of_links, unit

QUESTIONS = 200
TOOL = SHARED.parent / "tools" / "librarything_to_ndjson.py"


@pytest.fixture(scope="module")
def books(tmp_path_factory: pytest.TempPathFactory) -> Books:
    if not TOOL.exists():
        pytest.skip("no real data beside this checkout")
    return planted.read(TOOL, tmp_path_factory.mktemp("books"))


@pytest.fixture(scope="module")
def shelf(server_url: str, template: str, books: Books) -> Iterator[Database]:
    with new_database(server_url, template) as url, Database(url) as database:
        planted.store(database, books)
        yield database


@pytest.fixture
def asked(books: Books, request: pytest.FixtureRequest) -> list[int]:
    """Positions of articles, others for each test."""
    random = np.random.default_rng(len(request.node.name))
    positions: list[int] = random.choice(len(books.titles), QUESTIONS, replace=False).tolist()
    return positions


def best(scores: Float, allowed: NDArray[np.bool_], count: int) -> list[int]:
    """The positions of the highest scores, at most `count` of the allowed."""
    return [i for i in np.argsort(-np.where(allowed, scores, -np.inf), kind="stable")[:count] if allowed[i]]


def agrees(ids: Sequence[int], reported: Sequence[float], scores: Float, expected: list[int]) -> None:
    """The expected scores, to float32's precision, each reported of an item that has it."""
    assert reported == pytest.approx(scores[expected], abs=2e-6)
    assert reported == pytest.approx(scores[np.asarray(ids, dtype=int) - 1], abs=2e-6)
    assert len(set(ids)) == len(ids)


def shares(books: Books, name: str, article: int) -> NDArray[np.bool_]:
    mine = books.facets[article].get(name, set())
    return np.array([bool(mine & facets.get(name, set())) for facets in books.facets])


def has(books: Books, name: str, wanted: Callable[[str], bool]) -> NDArray[np.bool_]:
    return np.array([any(map(wanted, facets.get(name, ()))) for facets in books.facets])


def test_the_nearest_articles(shelf: Database, books: Books, asked: list[int]) -> None:
    missed = 0
    for article in asked:
        scores = books.articles @ books.articles[article]
        others = np.arange(len(scores)) != article
        expected = best(scores, others, 10)
        exact = search.similar_articles(shelf, books.titles[article], exact=True)
        agrees([a.article_id for a in exact], [a.similarity for a in exact], scores, expected)
        usual = search.similar_articles(shelf, article + 1)
        agrees([a.article_id for a in usual], [a.similarity for a in usual], scores, [a.article_id - 1 for a in usual])
        missed += len({i + 1 for i in expected} - {a.article_id for a in usual})
    assert missed <= 0.01 * 10 * QUESTIONS


def test_the_least_alike(shelf: Database, books: Books, asked: list[int]) -> None:
    for article in asked[:50]:
        scores = books.articles @ books.articles[article]
        found = search.similar_articles(shelf, books.titles[article], count=5, least=True)
        expected = best(-scores, np.arange(len(scores)) != article, 5)
        agrees([a.article_id for a in found], [a.similarity for a in found], scores, expected)


FILTERS: list[tuple[dict[str, Any], dict[str, Callable[[str], bool]]]] = [
    ({"genre": "Science fiction"}, {"genre": "Science fiction".__eq__}),
    ({"genre": ["Fantasy", "Horror fiction"]}, {"genre": {"Fantasy", "Horror fiction"}.__contains__}),
    ({"year": "1950..1980"}, {"year": lambda year: "1950" <= year <= "1980"}),
    ({"year": ["2015..", 1850]}, {"year": lambda year: year >= "2015" or year == "1850"}),
    (
        {"year": "..1900", "language": ["English language"]},
        {"year": "1900".__ge__, "language": "English language".__eq__},
    ),
    (
        {"genre": "Fantasy", "year": [1999, "1990..1995"]},
        {"genre": "Fantasy".__eq__, "year": {*map(str, range(1990, 1996)), "1999"}.__contains__},
    ),
]


@pytest.mark.parametrize("number", range(len(FILTERS)))
def test_filters_give_all_that_match(shelf: Database, books: Books, asked: list[int], number: int) -> None:
    facets, wanted = FILTERS[number]
    matching = np.all([has(books, name, test) for name, test in wanted.items()], axis=0)
    assert matching.sum() > 3
    missed = 0
    for article in asked[number :: len(FILTERS)]:
        scores = books.articles @ books.articles[article]
        allowed = matching & (np.arange(len(scores)) != article)
        for count in (10, 10_000):
            found = search.similar_articles(shelf, books.titles[article], count=count, facets=facets)
            assert len(found) == min(count, allowed.sum())
            assert all(allowed[a.article_id - 1] for a in found)
            missed += len(set(best(scores, allowed, count)) - {a.article_id - 1 for a in found})
    assert missed <= 0.03 * 10 * QUESTIONS / len(FILTERS)


@pytest.mark.parametrize(("name", "argument"), [("author", "same_author"), ("series", "same_series")])
@pytest.mark.parametrize("same", [True, False])
def test_same_author_and_series(
    shelf: Database, books: Books, asked: list[int], name: str, argument: str, same: bool
) -> None:
    for article in asked[:50]:
        scores = books.articles @ books.articles[article]
        allowed = (shares(books, name, article) == same) & (np.arange(len(scores)) != article)
        found = search.similar_articles(shelf, books.titles[article], exact=True, **{argument: same})  # type: ignore[arg-type]
        agrees([a.article_id for a in found], [a.similarity for a in found], scores, best(scores, allowed, 10))
        usual = search.similar_articles(shelf, books.titles[article], **{argument: same})  # type: ignore[arg-type]
        assert len(usual) == len(found)
        assert all(allowed[a.article_id - 1] for a in usual)


def test_links_like_links(shelf: Database, books: Books) -> None:
    missed = 0
    for kind in (None, "page", "category", "site"):
        for link in np.random.default_rng(3).choice(len(books.links), QUESTIONS // 4):
            scores = books.links @ books.links[link]
            allowed = (np.arange(len(scores)) != link) & (True if kind is None else books.kinds == kind)
            found = search.similar_links(shelf, f"feature {link + 1}", kind=kind)
            agrees([a.link_id for a in found], [a.similarity for a in found], scores, [a.link_id - 1 for a in found])
            missed += len(set(best(scores, allowed, 10)) - {a.link_id - 1 for a in found})
    assert missed <= 0.01 * 10 * QUESTIONS


def test_articles_near_links(shelf: Database, books: Books) -> None:
    missed = 0
    fantasy = has(books, "genre", "Fantasy".__eq__)
    for number, link in enumerate(np.random.default_rng(4).choice(len(books.links), QUESTIONS)):
        scores = books.articles @ books.links[link]
        allowed = fantasy if number % 2 else np.ones(len(scores), dtype=bool)
        facets = {"genre": "Fantasy"} if number % 2 else None
        found = search.articles_near_link(shelf, f"feature {link + 1}", facets=facets)
        agrees([a.article_id for a in found], [a.similarity for a in found], scores, [a.article_id - 1 for a in found])
        missed += len(set(best(scores, allowed, 10)) - {a.article_id - 1 for a in found})
    assert missed <= 0.01 * 10 * QUESTIONS


def test_links_that_an_article_lacks(shelf: Database, books: Books, asked: list[int]) -> None:
    for article in asked[:50]:
        cosine = books.links @ books.articles[article]
        scores = cosine * planted.SHARPNESS / planted.TEMPERATURE + planted.POPULARITY * np.log(books.counts)
        lacked = np.ones(len(scores), dtype=bool)
        lacked[books.made[article]] = False
        found = search.links_near_article(shelf, books.titles[article], count=20)
        assert [a.score for a in found] == pytest.approx(scores[best(scores, lacked, 20)], abs=1e-4)
        assert [a.similarity for a in found] == pytest.approx(cosine[[a.link_id - 1 for a in found]], abs=2e-6)
        assert all(lacked[a.link_id - 1] for a in found)


def taste(books: Books, likes: list[int], dislikes: list[int], weights: list[float]) -> Float:
    liked = np.asarray(weights) @ books.articles[likes] / sum(weights)
    return unit(liked - 0.5 * books.articles[dislikes].mean(0) if dislikes else liked)


def diverse(books: Books, scores: Float, allowed: NDArray[np.bool_], count: int, diversity: float) -> list[int]:
    """Maximal marginal relevance, one by one."""
    candidates = best(scores, allowed, 10 * count)
    picks: list[int] = []
    while len(picks) < count:
        likeness = (books.articles[candidates] @ books.articles[picks].T).max(1, initial=-1)
        marginal = (1 - diversity) * scores[candidates] - diversity * likeness
        marginal[[candidate in picks for candidate in candidates]] = -np.inf
        picks.append(candidates[int(np.argmax(marginal))])
    return picks


@pytest.mark.parametrize("diversity", [0.0, 0.3, 1.0])
def test_recommendations(shelf: Database, books: Books, asked: list[int], diversity: float) -> None:
    fantasy = has(books, "genre", "Fantasy".__eq__)  # so few that all are compared: no candidate is missed
    for start in range(0, 60, 6):
        likes, dislikes, weights = asked[start : start + 4], asked[start + 4 : start + 6], [1.0, 2.0, 0.5, 1.0]
        scores = books.articles @ taste(books, likes, dislikes, weights)
        allowed = fantasy & ~np.isin(np.arange(len(scores)), likes + dislikes)
        found = search.recommend_articles(
            shelf,
            [books.titles[i] for i in likes],
            [books.titles[i] for i in dislikes],
            weights,
            count=5,
            facets={"genre": "Fantasy"},
            diversity=diversity,
        )
        expected = diverse(books, scores, allowed, 5, diversity) if diversity else best(scores, allowed, 5)
        agrees([a.article_id for a in found], [a.similarity for a in found], scores, expected)


def test_recommendations_in_any_order(shelf: Database, books: Books, asked: list[int]) -> None:
    titles, weights = [books.titles[i] for i in asked[:4]], [0.3, 0.7, 1.1, 1.9]
    disliked = [books.titles[i] for i in asked[4:8]]
    forwards = search.recommend_articles(shelf, titles, disliked, weights, facets={"year": "1900.."})
    backwards = search.recommend_articles(shelf, titles[::-1], disliked[::-1], weights[::-1], facets={"year": "1900.."})
    assert forwards == backwards


def explained(books: Books, a: int, b: int) -> dict[tuple[int, int], float]:
    """Shares by pair of links: each link's part in the cosine of the two means, beside the link it is matched with."""
    found: dict[tuple[int, int], float] = {}
    sides = [(books.made[article], books.made[other]) for article, other in ((a, b), (b, a))]
    means = [mean_of_links(mine, books.counts, books.links, len(books.titles)) for mine, _ in sides]
    for side, (mine, theirs) in enumerate(sides):
        parts = np.log1p(len(books.titles) / books.counts[mine])[:, None] * books.links[mine]
        for link, part in zip(mine, parts / np.linalg.norm(parts.sum(0)), strict=True):
            other = link if link in theirs else theirs[np.argmax(books.links[theirs] @ books.links[link])]
            pair = (link + 1, other + 1) if side == 0 else (other + 1, link + 1)
            found[pair] = found.get(pair, 0) + part @ means[1 - side] / 2
    return found


def test_explanations_add_up(shelf: Database, books: Books, asked: list[int]) -> None:
    linked = [article for article in asked if len(books.made[article]) > 1]
    for a, b in zip(linked[0:60:2], linked[1:60:2], strict=True):
        expected = explained(books, a, b)
        for count in (3, 10_000):
            found = search.explain_similarity(shelf, books.titles[a], books.titles[b], count)
            assert len(found) == min(count, len(expected)) + 1
            assert sum(link.share for link in found) == pytest.approx(books.articles[a] @ books.articles[b], abs=1e-5)
            largest = sorted(expected.values(), reverse=True)[:count]
            assert [link.share for link in found[:-1]] == pytest.approx(largest, abs=1e-5)
            for link in found[:-1]:
                assert link.share == pytest.approx(expected[link.link_id, link.other_link_id], abs=1e-5)  # type: ignore[index]
        swapped = search.explain_similarity(shelf, books.titles[b], books.titles[a], 5)
        straight = search.explain_similarity(shelf, books.titles[a], books.titles[b], 5)
        assert [link.share for link in swapped] == pytest.approx([link.share for link in straight], abs=1e-6)


def test_a_title_with_an_error_is_found(shelf: Database, books: Books, asked: list[int]) -> None:
    random = np.random.default_rng(5)
    long = [article for article in asked if len(books.titles[article]) > 8]
    found = 0
    for article in long:
        title = books.titles[article]
        position = int(random.integers(1, len(title)))
        wrong = title[:position] + title[position + 1 :]
        found += article + 1 in [a.article_id for a in search.search_articles(shelf, wrong.upper(), 3)]
    assert found >= 0.97 * len(long)


def test_beginnings_of_titles(shelf: Database, books: Books, asked: list[int]) -> None:
    folded = [title.casefold() for title in books.titles if title.isascii()]
    for article in asked:
        beginning = books.titles[article][:3].casefold()
        if beginning.isascii():
            matching = sum(title.startswith(beginning) for title in folded)
            titles = [a.title for a in search.search_articles(shelf, beginning, 10)]
            assert sum(title.casefold().startswith(beginning) for title in titles) >= min(10, matching)
