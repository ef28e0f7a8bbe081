"""Titles as searches compare them: folded, and cut into trigrams as pg_trgm's documentation describes them."""

import re
import unicodedata
from typing import NamedTuple

import numpy as np

UNDIVIDED = str.maketrans("øØłŁđĐıħĦ", "oOlLdDihH")  # Letters that Unicode does not take apart.


def fold(title: str) -> str:
    """Without case and accents."""
    plain = re.sub("[\u0300-\u036f]", "", unicodedata.normalize("NFKD", title)).translate(UNDIVIDED)
    return "".join(character.lower() for character in plain)


def trigrams(folded: str) -> list[str]:
    """Of each word in turn, with two blanks before it and one behind it."""
    padded = [f"  {word} " for word in re.findall("[a-z0-9]+", folded)]
    return [word[start : start + 3] for word in padded for start in range(len(word) - 2)]


def similarity(a: str, b: str) -> float:
    """The trigrams that both have, of those that either has."""
    return _shared(set(trigrams(a)), set(trigrams(b)))


def word_similarity(words: str, title: str) -> float:
    """The greatest similarity of the words to any run of the title's trigrams."""
    wanted, run = set(trigrams(words)), trigrams(title)
    starts = [start for start, trigram in enumerate(run) if trigram in wanted]
    return max((_shared(wanted, set(run[i : j + 1])) for i in starts for j in starts if i <= j), default=0.0)


def _shared(a: set[str], b: set[str]) -> float:
    return len(a & b) / len(a | b) if a | b else 0.0


class Title(NamedTuple):
    """A title or alias that leads to an article."""

    article: int
    name: str
    is_alias: bool


class Hit(NamedTuple):
    """An answer, in the order of the fields that rank it: the lowest first."""

    is_only_like: bool
    minus_score: float
    length: int
    title: Title


def search(titles: list[Title], words: str, count: int) -> list[Hit]:
    """All that is found in the order of its rank: what begins with the words; then, if too few, what is like them."""
    asked = fold(words).strip(" ")
    if not asked:
        return []
    beginning = _beginning(titles, asked, count)
    holding: list[Title] = []
    alike: list[Title] = []
    if len(asked) > 2 and len({title.article for title in beginning}) < count:
        holding = [title for title in titles if word_similarity(asked, fold(title.name)) >= 0.6 - 1e-9]
    if len(asked) > 2 and not beginning and not holding:
        alike = [title for title in titles if similarity(asked, fold(title.name)) >= 0.3 - 1e-9]
    hits = [_hit(title, asked, False) for title in beginning] + [_hit(title, asked, True) for title in holding + alike]
    return sorted(_best_of_each_article(hits))


def _beginning(titles: list[Title], asked: str, count: int) -> list[Title]:
    """Of the articles' own titles and of the aliases each the first twice `count` by alphabet."""
    matching = [title for title in titles if fold(title.name).startswith(asked)]
    found = sorted(matching, key=lambda title: fold(title.name))
    own = [title for title in found if not title.is_alias]
    return own[: 2 * count] + [title for title in found if title.is_alias][: 2 * count]


def _hit(title: Title, asked: str, is_only_like: bool) -> Hit:
    name = fold(title.name)
    score = np.float32(word_similarity(asked, name)) + np.float32(similarity(asked, name))
    return Hit(is_only_like, -float(score / 2), len(title.name), title)


def _best_of_each_article(hits: list[Hit]) -> list[Hit]:
    """An article's own title comes before an equal alias, and of those the first by alphabet."""
    best: dict[int, Hit] = {}
    for hit in sorted(hits, key=lambda hit: (*hit[:2], hit.title.is_alias, hit.title.name)):
        best.setdefault(hit.title.article, hit)
    return list(best.values())
