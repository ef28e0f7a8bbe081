"""What a title finds, beside Python: by its letters, its trigrams, and its aliases."""

import numpy as np
import pytest

from db import search
from db.connection import Database
from tests.support import trigrams
from tests.support.known import Known
from tests.support.trigrams import Title


@pytest.fixture
def titles(known: Known) -> list[Title]:
    """Every title and alias that leads to an article."""
    position = {title: n for n, title in enumerate(known.titles)}
    aliases = [Title(position[end], name, True) for name, end in known.aliases.items() if end in position]
    return [Title(n, name, False) for n, name in enumerate(known.titles)] + aliases


def check(shelf: Database, known: Known, titles: list[Title], words: str, count: int = 10) -> None:
    """The same articles by the same names, each with its score."""
    expected = trigrams.search(titles, words, count)
    found = search.search_articles(shelf, words, count)
    scores = [-hit.minus_score for hit in expected[:count]]
    assert [hit.score for hit in found] == pytest.approx(scores, abs=1e-6), words
    shown = {(hit.title.article + 1, hit.title.name if hit.title.is_alias else None) for hit in expected}
    assert {(hit.article_id, hit.alias) for hit in found} <= shown, words
    lengths = [len(hit.alias or hit.title) for hit in found]
    assert lengths == [hit.length for hit in expected[:count]], words
    assert [hit.title for hit in found] == [known.titles[hit.article_id - 1] for hit in found]
    assert [hit.topic for hit in found] == [known.topics[hit.article_id - 1] for hit in found]


@pytest.mark.parametrize("letters", [1, 2, 3, 5])
def test_beginnings(shelf: Database, known: Known, titles: list[Title], asked: list[int], letters: int) -> None:
    for article in asked[:10]:
        check(shelf, known, titles, known.titles[article][:letters], count=4)


def test_a_letter_that_is_missing(shelf: Database, known: Known, titles: list[Title], asked: list[int]) -> None:
    random = np.random.default_rng(5)
    for article in asked[:8]:
        title = known.titles[article]
        position = int(random.integers(0, len(title)))
        check(shelf, known, titles, (title[:position] + title[position + 1 :]).upper())


def test_words_within(shelf: Database, known: Known, titles: list[Title], asked: list[int]) -> None:
    for article in asked[:8]:
        check(shelf, known, titles, known.titles[article].split()[-1], count=5)


def test_a_little_like_a_title(shelf: Database, known: Known, titles: list[Title], asked: list[int]) -> None:
    for article in asked[:8]:
        check(shelf, known, titles, "".join(word[:5] + "q" for word in known.titles[article].split()))


def test_aliases(shelf: Database, known: Known, titles: list[Title]) -> None:
    for title in [title for title in titles if title.is_alias][:10]:
        for words in (title.name, title.name[:4], title.name[1:], f" {title.name} "):
            check(shelf, known, titles, words)
