"""From the pairs in the database to vectors in the database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict
from typing import TYPE_CHECKING

import db.pairs
import db.vectors
from db import models
from db.connection import Database
from db.errors import NothingToTrain
from db.models import Model
from db.pairs import Pairs
from train.config import Settings, settled, with_max_share
from train.data import fingerprint, trim

if TYPE_CHECKING:
    from train.fit import Epoch, Fitted

Progress = AbstractContextManager[Callable[["Epoch"], None]]


def train(database: Database, settings: Settings, activate: bool, progress: Progress) -> Model:
    """Train one model on what the database holds now, store it, and let searches answer from it if asked to.

    Raises
    ------
    NothingToTrain
        Before anything is written.
    TrainingInProgress
        Another training holds the database.
    """
    pairs = read(database, settings)
    settings = with_max_share(settings, len(pairs.article_ids))
    trimmed = trim(pairs, settings.min_articles, settings.max_share or 1.0)
    settings = settled(settings, len(trimmed.article_ids))
    with models.training(database, settings.objective, settings.dimensions, asdict(settings)) as model_id:
        with progress as report:
            from train.fit import fit  # imports TensorFlow

            fitted = fit(trimmed, settings, report)
        fitted.metrics["articles_left_out"] = len(pairs.article_ids) - len(trimmed.article_ids)
        return store(database, model_id, trimmed, fitted, activate)


def read(database: Database, settings: Settings) -> Pairs:
    """The pairs of the wanted kinds and topics."""
    with database.begin() as connection:
        pairs = db.pairs.read(connection, settings.kinds, settings.topics, settings.drop_titles)
    if len(pairs.article_index) == 0:
        topics = " or ".join(settings.topics) or "any topic"
        raise NothingToTrain(reason=f"no article of {topics} has a link of kind {' or '.join(settings.kinds)}")
    return pairs


def store(database: Database, model_id: int, pairs: Pairs, fitted: "Fitted", activate: bool) -> Model:
    """Write the vectors and finish the model, all in one transaction."""
    with database.begin() as connection:
        db.vectors.store(connection, model_id, "articles", pairs.article_ids, fitted.articles)
        db.vectors.store(connection, model_id, "links", pairs.link_ids, fitted.links)
        models.finish(connection, model_id, fitted.metrics, fingerprint(pairs))
        if activate:
            models.activate(connection, model_id)
        return models.find(connection, model_id)
