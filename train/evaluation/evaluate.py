"""From a model's settings to figures of how good it is, stored beside its vectors."""

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any, NamedTuple

import db.facet_values
from db.connection import Database
from db.facet_values import Facet
from db.models import registry
from db.models.registry import Model
from db.pairs import Pairs
from train.config import OBJECTIVES, Settings, settled
from train.errors import NothingToEvaluate, SettingInvalid
from train.evaluation.measure import Measured, estimates, measure
from train.evaluation.rankers import Way, by_popularity, by_tfidf, by_vectors
from train.evaluation.report import document
from train.evaluation.split import Split, hold_out
from train.pipeline import read
from train.trimming import trim

if TYPE_CHECKING:
    from train.fit import Epoch

FACETS = ("author", "genre", "series")
MAX_SPLITS = 100

Progress = Callable[[], AbstractContextManager[Callable[["Epoch"], None]]]


class Evaluated(NamedTuple):
    """A model, and what `train.evaluation.report.document` tells of it."""

    model: Model
    evaluation: dict[str, Any]


def evaluate(database: Database, model_id: int | None, n_splits: int, progress: Progress) -> Evaluated:
    """Train with the model's settings on nine tenths of the pairs, ask for the rest, store the figures with the model.

    Parameters
    ----------
    model_id : int or None
        By default the active model.
    n_splits : int
        How many times another tenth is held out; the figures are means.
    progress : function
        Called for each training, of which a split has three.

    Raises
    ------
    SettingInvalid, NothingToEvaluate
    db.errors.ModelNotFound, db.errors.ModelUnusable, db.errors.NoActiveModel, db.errors.NothingToTrain
    """
    if not 1 <= n_splits <= MAX_SPLITS:
        raise SettingInvalid(option="--splits", value=n_splits, reason=f"use 1 to {MAX_SPLITS}")
    with database.session() as connection:
        model = registry.usable(connection, model_id, "evaluated")
    settings = settings_of(model)
    pairs = trim(read(database, settings), settings.min_articles, settings.max_share or 1.0)
    facets = read_facets(database, pairs)
    splits = [hold_out(pairs, seed) for seed in range(n_splits)]
    if len(splits[0].article) == 0:
        raise NothingToEvaluate(model_id=model.model_id)
    measured = [
        measure_split(split, settings, facets, f"split {number} of {n_splits}", progress)
        for number, split in enumerate(splits, start=1)
    ]
    evaluation = document(estimates(measured), pairs, splits)
    with database.transaction() as connection:
        registry.add_metrics(connection, model.model_id, {"evaluation": evaluation})
    return Evaluated(model, evaluation)


def settings_of(model: Model) -> Settings:
    """The settings that a model was trained with; one that it does not know yet has its default."""
    known = {field.name for field in fields(Settings)}
    stored: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value  # as JSON has tuples
        for name, value in model.settings.items()
        if name in known
    }
    return Settings(**stored)


def read_facets(database: Database, pairs: Pairs) -> dict[str, Facet]:
    """The facets in which neighbours may agree."""
    with database.session() as connection:
        return {name: db.facet_values.read(connection, name, pairs.article_ids) for name in FACETS}


def measure_split(
    split: Split, settings: Settings, facets: Mapping[str, Facet], label: str, progress: Progress
) -> Measured:
    """The model's settings, the tutorial's objectives and what needs no training, on one split."""
    ways = dict(trained_ways(split, settings, label, progress))
    ways["popularity"] = by_popularity(split.train)
    ways["TF-IDF"] = by_tfidf(split.train)
    return measure(ways, split, facets)


def trained_ways(split: Split, settings: Settings, label: str, progress: Progress) -> Iterator[tuple[str, Way]]:
    """A fit of the model's settings, called "model", and of the tutorial's objectives with their own defaults."""
    from train.fit import fit  # imports TensorFlow

    for objective in (settings.objective, *(one for one in OBJECTIVES if one not in {settings.objective, "softmax"})):
        own = objective == settings.objective
        others = settled(replace(settings, objective=objective, epochs=None), len(split.train.article_ids))
        chosen = settings if own else others
        print(f"{label}: {objective}", file=sys.stderr, flush=True)
        with progress() as report:
            fitted = fit(split.train, chosen, report)
        yield "model" if own else objective, by_vectors(fitted.articles, fitted.links, split.train, chosen)
