"""Ways to find similar articles, judged by the same questions at several prominences, with confidence intervals."""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.judging import Prominences
from train.evaluation.answers import Finder, answers, by_prominence_alone, measures
from train.evaluation.measure import estimates
from train.evaluation.prominence import SCALE, percentiles
from train.evaluation.questions import Questions

PROMINENCES = (-1.0, -0.5, 0.0, 0.25, 0.5, 1.0)
# The best weight of each way is looked for among these and those of the prominences above.
OTHER_WEIGHTS = (0.01, 0.02, 0.03, 0.04, 0.06, 0.08, 0.12, 0.15, 0.3, 0.4)
MODEL, TFIDF, ALONE = "model", "TF-IDF", "prominence alone"


class Tried(NamedTuple):
    """One way at one weight of prominence. Each measure has one value for each group of questions."""

    way: str
    weight: float
    measures: dict[str, NDArray[np.float64]]


def judge(model: Finder, tfidf: Finder, questions: Questions, known: Prominences) -> dict[str, Any]:
    """Ask the model, TF-IDF and prominence alone, and say how right they are.

    Returns
    -------
    dict
        `answers` has a row for each way and weight, with the mean of each measure over the groups and the ends of its
        95 % confidence interval. `best` marks the best weight of a way for nDCG@20; the model's is one that a
        prominence from -1 to 1 can set. `lead` is how much higher the nDCG@20 of the model at its best is than that of
        TF-IDF at its best.
    """
    shown = [_weight(prominence) for prominence in PROMINENCES]
    weights = sorted({*shown, *OTHER_WEIGHTS})
    models, others = (_tried(way, one, questions, known, weights) for way, one in ((MODEL, model), (TFIDF, tfidf)))
    best = max((one for one in models if abs(one.weight) <= SCALE), key=_how_good), max(others, key=_how_good)
    alone = _tried(ALONE, by_prominence_alone(model.article_ids), questions, known, [1.0])
    rows = [one for one in (*models, *others) if one.weight in shown or any(one is other for other in best)] + alone
    return {"scale": SCALE, "answers": _estimated(rows, best), "lead": _lead(*best)}


def _weight(prominence: float) -> float:
    return round(prominence * SCALE, 6)


def _how_good(tried: Tried) -> tuple[float, float]:
    """Its mean nDCG@20; of equal ones, the weight that changes least is the best."""
    return float(tried.measures["NDCG@20"].mean()), -abs(tried.weight)


def _tried(way: str, finder: Finder, questions: Questions, known: Prominences, weights: list[float]) -> list[Tried]:
    """One way at all these weights; each article is asked once, however many readers like it."""
    own = known.of(finder.article_ids)
    asked, question = np.unique(questions.asked, return_inverse=True)
    found = answers(finder, own.z, asked, weights)
    shares = percentiles(own)
    return [
        Tried(way, weight, measures(questions, of_weight[question], own.article_ids, shares))
        for weight, of_weight in zip(weights, found, strict=True)
    ]


def _estimated(rows: list[Tried], best: tuple[Tried, ...]) -> list[dict[str, Any]]:
    """The rows with their means and confidence intervals, for which the same groups are drawn."""
    measured = {(str(number), name): values for number, row in enumerate(rows) for name, values in row.measures.items()}
    told: list[dict[str, Any]] = [
        {
            "way": row.way,
            "prominence": None if row.way == ALONE else round(row.weight / SCALE, 4),
            "weight": row.weight,
            "best": any(row is one for one in best),
        }
        for row in rows
    ]
    for (number, name), estimate in estimates([measured]).items():
        told[int(number)][name] = estimate._asdict()
    return told


def _lead(model: Tried, other: Tried) -> dict[str, float]:
    difference = model.measures["NDCG@20"] - other.measures["NDCG@20"]
    return estimates([{("lead", "NDCG@20"): difference}])["lead", "NDCG@20"]._asdict()
