"""All measures of all ways on one split, and their means over the articles with confidence intervals."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.facet_values import Facet
from train.evaluation.neighbours import agreement
from train.evaluation.rankers import Way
from train.evaluation.ranking import ranking_measures, ranks
from train.evaluation.split import Split

Float64 = NDArray[np.float64]
# From (way, measure) to one value per article, which is NaN where the article has none.
Measured = dict[tuple[str, str], Float64]

RESAMPLES = 1000


class Estimate(NamedTuple):
    """A mean over articles, and the ends of its 95 % confidence interval."""

    mean: float
    low: float
    high: float


def measure(ways: Mapping[str, Way], split: Split, facets: Mapping[str, Facet]) -> Measured:
    """Rank the held-out links and compare the neighbours of all ways on the same split."""
    measured: Measured = {}
    for name, way in ways.items():
        found = ranking_measures(ranks(way.scores, split), split)
        measured.update({(name, measure): values for measure, values in found.items()})
    neighbours = {name: way.neighbours for name, way in ways.items() if way.neighbours is not None}
    for facet_name, facet in facets.items():
        agreed = agreement(neighbours, facet, len(split.train.article_ids))
        measured.update({(name, facet_name): values for name, values in agreed.items()})
    return measured


def estimates(splits: Sequence[Measured]) -> dict[tuple[str, str], Estimate]:
    """The mean over splits and articles, with a bootstrap confidence interval: articles are drawn with replacement.

    A measure that no article has is left out. The draws are seeded, so the same measures give the same digits.
    """
    values = {key: np.mean([split[key] for split in splits], axis=0) for key in splits[0]}
    values = {key: of_articles for key, of_articles in values.items() if np.isfinite(of_articles).any()}
    table = np.array(list(values.values()))  # Its shape is (measures, articles).
    known = np.isfinite(table)
    table, present = np.where(known, table, 0).T, known.T.astype(float)
    means = table.sum(axis=0) / present.sum(axis=0)
    low, high = np.nanpercentile(_resampled(table, present), [2.5, 97.5], axis=0)
    rows = np.round([means, low, high], 4).T.tolist()
    return {key: Estimate(*row) for key, row in zip(values, rows, strict=True)}


def _resampled(table: Float64, present: Float64) -> Float64:
    """The mean of each draw of articles, of shape (resamples, measures)."""
    random = np.random.default_rng(0)
    n_articles = len(table)
    means = np.empty((RESAMPLES, table.shape[1]))
    for number in range(RESAMPLES):
        drawn = np.bincount(random.integers(n_articles, size=n_articles), minlength=n_articles)
        with np.errstate(invalid="ignore"):  # A draw may hold no article that has the measure.
            means[number] = drawn @ table / (drawn @ present)
    return means
