"""From a model's settings to figures of how good it is, stored beside its vectors."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import replace
from typing import Any, NamedTuple

import db.facet_values
from db.connection import Database
from db.facet_values import Facet
from db.models import registry
from db.models.model import Model
from db.pairs import Pairs
from train.config import OBJECTIVES, POINTWISE_EPOCHS, DecidedSettings, from_stored
from train.errors import NothingToEvaluate, SettingInvalid
from train.evaluation.measure import Measured, estimates, measure
from train.evaluation.rankers import Way, by_popularity, by_tfidf, by_vectors
from train.evaluation.report import document
from train.evaluation.split import Split, hold_out
from train.pipeline import prepared
from train.progress import OnEpoch

FACETS = ("author", "genre", "series")
MAX_SPLITS = 100

NewProgress = Callable[[], AbstractContextManager[OnEpoch]]


class Evaluated(NamedTuple):
    """A model, and what `train.evaluation.report.document` tells of it."""

    model: Model
    evaluation: dict[str, Any]


def evaluate(database: Database, model_id: int | None, n_splits: int, new_progress: NewProgress) -> Evaluated:
    """Train with the model's settings on nine tenths of the pairs, ask for the rest, store the figures with the model.

    Parameters
    ----------
    model_id : int or None
        None stands for the active model.
    n_splits : int
        How many times another tenth is held out. The figures are means.
    new_progress : function
        Called for each training; there are three for each split of a softmax model, and two for another.

    Raises
    ------
    SettingInvalid, NothingToEvaluate
    db.errors.ModelNotFound, db.errors.ModelUnusable, db.errors.NoActiveModel, db.errors.NothingToTrain
    """
    if not 1 <= n_splits <= MAX_SPLITS:
        raise SettingInvalid(option="--splits", value=n_splits, reason=f"use 1 to {MAX_SPLITS}")
    with database.session() as connection:
        model = registry.usable(connection, model_id, "evaluated")
    pairs, settings = prepared_again(database, model)
    facets = read_facets(database, pairs)
    splits = [hold_out(pairs, seed) for seed in range(n_splits)]
    if len(splits[0].article) == 0:
        raise NothingToEvaluate(model_id=model.model_id)
    measured = [
        measure_split(split, settings, facets, f"split {number} of {n_splits}", new_progress)
        for number, split in enumerate(splits, start=1)
    ]
    evaluation = document(estimates(measured), pairs, splits)
    with database.transaction() as connection:
        registry.add_metrics(connection, model.model_id, {"evaluation": evaluation})
    return Evaluated(model, evaluation)


def prepared_again(database: Database, model: Model) -> tuple[Pairs, DecidedSettings]:
    """What the database holds now, prepared for a training as this model was prepared for its own."""
    pairs, settings, _ = prepared(database, from_stored(model.settings))
    # Models of earlier versions have no sharpness in their row. They were ranked by what is the default now.
    return pairs, replace(settings, sharpness=model.settings.get("sharpness", settings.sharpness))


def read_facets(database: Database, pairs: Pairs) -> dict[str, Facet]:
    """The facets in which neighbours may agree."""
    with database.session() as connection:
        return {name: db.facet_values.read(connection, name, pairs.article_ids) for name in FACETS}


def measure_split(
    split: Split, settings: DecidedSettings, facets: Mapping[str, Facet], label: str, new_progress: NewProgress
) -> Measured:
    """Compare the model's settings, the tutorial's objectives and what needs no training, on one split."""
    ways = dict(trained_ways(split, settings, label, new_progress))
    ways["popularity"] = by_popularity(split.train)
    ways["TF-IDF"] = by_tfidf(split.train)
    return measure(ways, split, facets)


def trained_ways(
    split: Split, settings: DecidedSettings, label: str, new_progress: NewProgress
) -> Iterator[tuple[str, Way]]:
    """A fit of the model's settings, called "model", and fits of the tutorial's objectives."""
    from train.fit import fit  # This imports TensorFlow.

    tutorials = [one for one in OBJECTIVES if one not in {settings.objective, "softmax"}]
    others = {one: replace(settings, objective=one, epochs=POINTWISE_EPOCHS) for one in tutorials}
    for name, chosen in {"model": settings, **others}.items():
        print(f"{label}: {chosen.objective}", file=sys.stderr, flush=True)
        with new_progress() as on_epoch:
            fitted = fit(split.train, chosen, on_epoch)
        yield name, by_vectors(fitted.articles, fitted.trained, fitted.links, split.train, chosen)
