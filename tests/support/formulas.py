"""What the searches answer, by numpy: written from the definitions, apart from the SQL and from the trainer."""

import itertools
from collections.abc import Callable, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from tests.support.known import POPULARITY, SHARPNESS, TEMPERATURE, Float, Int, Known

Bool = NDArray[np.bool_]
PROMINENCE_SCALE = 0.32


def unit(vector: Float) -> Float:
    return np.asarray(vector / np.linalg.norm(vector))


def cosines(rows: Float, vector: Float) -> Float:
    """Of unit rows with a unit vector; equal rows give equal numbers, which a matrix product does not promise."""
    return np.asarray((rows * vector).sum(1))


def dialled(known: Known, scores: Float, prominence: float) -> Float:
    """What the articles are ordered by at this setting of the dial."""
    return scores + PROMINENCE_SCALE * prominence * known.prominence


def best(scores: Float, allowed: Bool, count: int) -> list[int]:
    """The positions of the highest scores, at most `count` of the allowed; of equal ones the first."""
    known = allowed & np.isfinite(scores)
    return [int(i) for i in np.argsort(-np.where(known, scores, -np.inf), kind="stable")[:count] if known[i]]


def agrees(
    ids: Sequence[int], reported: Sequence[float], scores: Float, expected: Sequence[int], within: float = 2e-6
) -> None:
    """The expected scores, each reported of an item that has it; of items with one vector the lowest id comes first."""
    found = [number - 1 for number in ids]
    assert reported == pytest.approx(scores[list(expected)], abs=within)
    assert reported == pytest.approx(scores[found], abs=within)
    assert len(set(found)) == len(found)
    assert all(a < b for a, b in itertools.pairwise(found) if scores[a] == scores[b])


def missed(ids: Sequence[int], scores: Float, expected: Sequence[int]) -> int:
    """How many of the expected were not found, and are nearer than the last that was: an index may miss a few."""
    return sum(scores[i] > scores[ids[-1] - 1] for i in set(expected) - {number - 1 for number in ids})


def first_of_twins(scores: Float, allowed: Bool) -> tuple[int, int]:
    """How many answers end between two items of one vector, and the position of the last of them."""
    ranked = best(scores, allowed, len(scores))
    return next((n, a) for n, (a, b) in enumerate(itertools.pairwise(ranked), 1) if scores[a] == scores[b])


def has(known: Known, name: str, wanted: Callable[[str], bool]) -> Bool:
    """Whether one of an article's values of this facet is wanted."""
    return np.array([any(map(wanted, facets.get(name, ()))) for facets in known.facets])


def shares(known: Known, name: str, article: int) -> Bool:
    """Whether an article has one of the values that this one has."""
    return has(known, name, known.facets[article].get(name, set()).__contains__)


def but(known: Known, *articles: int) -> Bool:
    """All articles but these."""
    return ~np.isin(np.arange(len(known.titles)), articles)


def mean_of_links(known: Known, links: Int) -> Float:
    """The direction of the mean of the links' vectors, each by its weight; zero where none has a vector."""
    total = np.nansum(known.weights[links, None] * known.links[links], axis=0)
    return unit(total) if total.any() else total


def link_scores(known: Known, article: int) -> Float:
    """How likely an article would make each link, by a softmax model."""
    cosine = cosines(known.links, known.articles[article])
    return cosine * SHARPNESS / TEMPERATURE + POPULARITY * np.log(known.counts)


def taste(known: Known, likes: Sequence[int], dislikes: Sequence[int], weights: Sequence[float]) -> Float:
    """The direction of the weighted mean of the liked, less half the mean of the disliked."""
    liked = np.asarray(weights) @ known.articles[likes] / sum(weights)
    return unit(liked - 0.5 * known.articles[dislikes].mean(0) if dislikes else liked)


def diverse(known: Known, scores: Float, allowed: Bool, count: int, diversity: float) -> list[int]:
    """Maximal marginal relevance, one by one, among the nearest ten times as many."""
    candidates = best(scores, allowed, 10 * count)
    likeness = np.full(len(candidates), -1.0)
    marginal = np.zeros(len(candidates))
    picks: list[int] = []
    while len(picks) < min(count, len(candidates)):
        marginal = (1 - diversity) * scores[candidates] - diversity * likeness
        marginal[np.isin(candidates, picks)] = -np.inf
        picks.append(candidates[int(np.argmax(marginal))])
        likeness = np.maximum(likeness, cosines(known.articles[candidates], known.articles[picks[-1]]))
    return picks


def explained(known: Known, a: int, b: int) -> dict[tuple[int, int], float]:
    """Shares by pair of positions: a link's part in the cosine of the two means, beside the link it is matched with."""
    found: dict[tuple[int, int], float] = {}
    mine, theirs = (known.made[article][known.link_has_vector[known.made[article]]] for article in (a, b))
    for link, other, share in _parts(known, mine, theirs):
        found[link, other] = found.get((link, other), 0) + share
    for link, other, share in _parts(known, theirs, mine):
        found[other, link] = found.get((other, link), 0) + share
    return found


def _parts(known: Known, mine: Int, theirs: Int) -> list[tuple[int, int, float]]:
    """Half of the sum over the links of one side, each beside itself on the other side, or beside the nearest there."""
    if not len(theirs):
        return []
    parts = known.weights[mine, None] * known.links[mine] / np.linalg.norm(known.weights[mine] @ known.links[mine])
    nearest = [
        link if link in theirs else theirs[np.argmax(cosines(known.links[theirs], known.links[link]))] for link in mine
    ]
    shares = cosines(parts, mean_of_links(known, theirs)) / 2
    return [(int(link), int(other), float(share)) for link, other, share in zip(mine, nearest, shares, strict=True)]
