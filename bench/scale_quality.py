"""What the vectors of bench/scale.py find: links that were held out, and the groups that the articles were made of."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from bench.structured import AUTHOR, SUB_TOPIC, TOPIC
from db.pairs import Pairs
from train.config import DecidedSettings
from train.evaluation.ranking import ranking_measures, ranks
from train.evaluation.scores import link_scores
from train.evaluation.split import Split, part
from train.trimming import article_counts, link_counts

if TYPE_CHECKING:  # It imports TensorFlow, which would count as memory of every stage.
    from train.fit import Fitted

ASKED, COMPARED, NEAREST = 1_000, 300, 10  # Among a million articles, the nearest of one take 0.1 s.
HELD_OUT, LEAST_LINKS = 0.1, 5


def hold_out(pairs: Pairs) -> Split:
    """Hold out a tenth of the links of some articles of five links or more, so few that the training hardly notices."""
    random = np.random.default_rng(0)
    able = np.flatnonzero(article_counts(pairs) >= LEAST_LINKS)
    asked = np.zeros(len(pairs.article_ids), np.bool_)
    asked[random.choice(able, min(ASKED, len(able)), replace=False)] = True
    held = asked[pairs.article_index] & (random.random(len(pairs.article_index)) < HELD_OUT)
    left = part(pairs, ~held)  # No article is left without a link, and no link without an article.
    held &= (article_counts(left) > 0)[pairs.article_index] & (link_counts(left) > 0)[pairs.link_index]
    return Split(
        part(pairs, ~held), *(column[held].astype(np.int64) for column in (pairs.article_index, pairs.link_index))
    )


def recall(fitted: "Fitted", split: Split, settings: DecidedSettings) -> float:
    """The share of an article's held-out links among the first 20, the mean over the articles."""
    asked = np.unique(split.article)
    few = narrowed(split, asked)
    counts, trained = link_counts(split.train), fitted.trained[asked]
    places = ranks(lambda some: link_scores(trained[some], fitted.links, counts, settings), few)
    return float(np.nanmean(ranking_measures(places, few)["recall@20"]))


def report(fitted: "Fitted", split: Split, settings: DecidedSettings, groups: NDArray[np.int64]) -> None:
    """Print how many held-out links are among the first 20, and how many of the nearest articles are of one group.

    Parameters
    ----------
    groups : int64 array of shape (5, size)
        The groups of all articles, at each level. Article n has the id n + 1.
    """
    asked = np.unique(split.article)
    print(f"    recall@20 of {len(split.article):,} links that were held out: {recall(fitted, split, settings):.3f}")
    asked = asked[:COMPARED]
    near = nearest(fitted.articles, asked)
    here = groups[:, split.train.article_ids - 1]
    for name, level in LEVELS.items():
        share = np.mean(here[level][near] == here[level][asked, None])
        others = np.bincount(here[level])[here[level][asked]] - 1
        most = np.minimum(others / NEAREST, 1).mean()
        print(
            f"    of the {NEAREST} nearest, {share:.3f} are of the same {name}, of {most:.3f} that could be", flush=True
        )


LEVELS = {"author": AUTHOR, "sub-topic": SUB_TOPIC, "topic": TOPIC}


def narrowed(split: Split, asked: NDArray[np.int64]) -> Split:
    """The split as if there were only the asked articles, but all links."""
    pairs = split.train
    kept = np.isin(pairs.article_index, asked)
    index = np.searchsorted(asked, pairs.article_index[kept]).astype(np.int32)
    few = Pairs(pairs.article_ids[asked], pairs.link_ids, index, pairs.link_index[kept], pairs.occurrences[kept])
    return Split(few, np.searchsorted(asked, split.article), split.link)


def nearest(rows: NDArray[np.float32], asked: NDArray[np.int64]) -> NDArray[np.int64]:
    """The positions of the articles of the highest cosine, of shape (n, 10), in no order."""
    found = []
    for article in asked:
        cosines = rows @ rows[article]
        cosines[article] = -np.inf
        found.append(np.argpartition(-cosines, NEAREST)[:NEAREST])
    return np.array(found)
