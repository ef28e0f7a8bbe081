"""Made-up articles whose links have the structure of real ones: authors within sub-topics within topics.

Each group has links of its own, and an article draws each of its links from one of its groups by a power law. How
near that comes to real articles, `python -m bench.link_statistics` tells. The same size gives the same articles.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from bench.made_text import title_of
from db.importing.records import Article, Link, PageLinks
from db.importing.title_hashes import title_hashes
from db.pairs import Pairs

Float64 = NDArray[np.float64]
Int64 = NDArray[np.int64]


class Level(NamedTuple):
    """The groups of one size, each with links of its own, from which its articles draw.

    Of all links, `share` are drawn from such groups. A group has `vocabulary` links for each link that its articles
    have. The nth of them is drawn n ** -power as often as the first. A skew of 1 makes all groups as large, and more
    makes some of them several times as large as most.
    """

    articles: float
    share: float
    vocabulary: float
    power: float
    skew: float


OWN, AUTHOR, SUB_TOPIC, TOPIC, ALL = range(5)
LEVELS = (
    Level(1, 0.24, 1.5, 0, 1),
    Level(6, 0.24, 0.038, 0.7, 1.8),
    Level(60, 0.22, 0.047, 1.2, 1.6),
    Level(2_000, 0.18, 0.028, 1.1, 1.6),
    Level(np.inf, 0.12, 0.0094, 0.8, 1),
)
SHARES, POWERS = np.array([level.share for level in LEVELS]), np.array([level.power for level in LEVELS])
SPREAD = 0.7  # The standard deviation of the logarithm of an article's number of links.
REPEATED = 1.25  # So many links are drawn for each distinct one.
# An author has more links of the small groups or of the large ones, and an article has up to this share elsewhere.
TILT, ELSEWHERE = 1.2, 0.7
ARTICLES_AT_A_TIME = 10_000
# Each page links to so many articles, and to the nth of them n ** -0.8 as often as to the first.
LINKING, LINKING_POWER = 15, 0.8
# Values of a facet that 0.1, 1, 10 and 88.9 % of the articles have, whatever their links.
LANGUAGES = {"a thousandth": 1, "a hundredth": 11, "a tenth": 111, "most": 1000}
GOLDEN, PRIME = 0.6180339887498949, 2_147_483_647  # They scatter numbers.


class Block(NamedTuple):
    """Some articles. `groups` is of shape (5, articles): theirs at each level. The links are numbers, with repeats."""

    groups: Int64
    article: Int64
    link: Int64


@dataclass(frozen=True)
class Structured:
    """So many articles, with so many distinct links each on average. Articles from `size` on are like them, but new."""

    size: int
    links_each: float = 33

    @cached_property
    def _groups(self) -> Int64:
        """How many groups each level has."""
        return np.array([max(round(self.size / level.articles), 1) for level in LEVELS])

    @cached_property
    def _vocabulary(self) -> Int64:
        """How many links a group of each level has."""
        sizes = [level.vocabulary * self.links_each * min(level.articles, self.size) for level in LEVELS]
        return np.array([max(round(size), 1) for size in sizes])

    def block(self, number: int) -> Block:
        """The articles from `number` x 10,000 on."""
        random = np.random.default_rng(number)
        groups = self._placed(random.random((2, ARTICLES_AT_A_TIME)), number)
        spread = random.normal(-(SPREAD**2) / 2, SPREAD, ARTICLES_AT_A_TIME)
        counts = np.maximum(np.round(REPEATED * self.links_each * np.exp(spread)), 1).astype(np.int64)
        article = np.repeat(np.arange(ARTICLES_AT_A_TIME), counts)
        drawn, elsewhere, ranked = random.random((3, len(article)))
        tilt = np.exp(TILT * (2 * (groups[AUTHOR, 0] * GOLDEN % 1) - 1))
        level = np.searchsorted(np.cumsum(SHARES)[:-1], drawn ** tilt[article], side="right")
        place = (elsewhere < (ELSEWHERE * random.random(ARTICLES_AT_A_TIME))[article]).astype(np.int64)
        rank = _by_power_law(ranked, self._vocabulary[level], POWERS[level])
        shared = np.cumsum((self._groups * self._vocabulary)[AUTHOR:])
        # An article's own links come last, because new articles bring further ones.
        first = np.array([shared[-1], 0, *shared[:-1]])
        link = first[level] + groups[level, place, article] * self._vocabulary[level] + rank
        return Block(groups[:, 0], article, link)

    def _placed(self, at: Float64, number: int) -> Int64:
        """The groups of each article at all levels, from a random number for each; those of an author stay together."""
        own = number * ARTICLES_AT_A_TIME + np.arange(ARTICLES_AT_A_TIME)
        groups = [np.broadcast_to(own, at.shape)]
        for level, count in zip(LEVELS[AUTHOR:], self._groups[AUTHOR:], strict=True):
            groups.append((at**level.skew * count).astype(np.int64))
            at = np.asarray(groups[-1] * GOLDEN % 1)
        return np.array(groups)

    def articles(self, first: int, end: int) -> Iterator[Article | PageLinks]:
        """The articles from number `first` to `end` - 1, with what their pages link to, as an import reads them."""
        titles = self._title_hashes
        for number, block in self._blocks(first, end):
            base = number * ARTICLES_AT_A_TIME
            rows = np.split(block.link, np.searchsorted(block.article, np.arange(1, ARTICLES_AT_A_TIME)))
            wanted = range(max(first - base, 0), min(end - base, ARTICLES_AT_A_TIME))
            for place in wanted:
                yield _article(base + place, block.groups[:, place], rows[place].tolist())
            drawn = np.random.default_rng([number, 1]).random(LINKING * len(wanted))
            targets = _by_power_law(drawn, np.array(self.size), np.array(LINKING_POWER)) * PRIME % self.size
            pages = title_hashes([title_of(base + place) for place in wanted])
            yield PageLinks(pages, np.full(len(pages), LINKING, np.int32), titles[targets])

    def pairs(self) -> Pairs:
        """All pairs, without a database. The positions of the articles serve as their ids."""
        columns = [(number * ARTICLES_AT_A_TIME + one.article, one.link) for number, one in self._blocks(0, self.size)]
        article, link = map(np.concatenate, zip(*columns, strict=True))
        article, link = article[article < self.size], link[article < self.size]
        link_ids, link = np.unique(link, return_inverse=True)
        article, link = np.divmod(np.unique(article * len(link_ids) + link), len(link_ids))
        arrays = np.arange(self.size), np.arange(len(link_ids)), article, link, np.ones(len(link))
        return Pairs(*(array.astype(np.int32) for array in arrays))

    def groups(self) -> Int64:
        """The groups of all articles, of shape (5, size)."""
        return np.concatenate([one.groups for _, one in self._blocks(0, self.size)], axis=1)[:, : self.size]

    def _blocks(self, first: int, end: int) -> Iterator[tuple[int, Block]]:
        for number in range(first // ARTICLES_AT_A_TIME, -(-end // ARTICLES_AT_A_TIME)):
            yield number, self.block(number)

    @cached_property
    def _title_hashes(self) -> NDArray[np.uint64]:
        """Of the titles of all articles, ten thousand at a time, because each takes 500 bytes while it is made."""
        numbers = range(self.size)
        starts = range(0, self.size, ARTICLES_AT_A_TIME)
        return np.concatenate([title_hashes(map(title_of, numbers[at : at + ARTICLES_AT_A_TIME])) for at in starts])


def _article(number: int, groups: Int64, links: list[int]) -> Article:
    """One article, with its groups as facets."""
    title = title_of(number)
    language = next(name for name, end in LANGUAGES.items() if number * 7919 % 1000 < end)
    facets = (("author", f"Author {groups[AUTHOR]}"), ("genre", f"Genre {groups[TOPIC]}"), ("language", language))
    found = {Link("page" if link % 5 else "category", f"Link {link}"): 1 for link in links}
    return Article(None, "book", title, {"name": title, **dict(facets)}, None, None, 1, found, facets)


def _by_power_law(drawn: Float64, count: Int64, power: Float64) -> Int64:
    """Numbers from 0 to count - 1 by random numbers from 0 to 1; the nth comes n ** -power as often as the first."""
    rank = (1 + drawn * ((count + 1.0) ** (1 - power) - 1)) ** (1 / (1 - power))
    return np.asarray(np.minimum(rank.astype(np.int64), count) - 1)
