"""From the pairs in the database to vectors in the database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import db.models.vectors
import db.pairs
from db.connection import Database
from db.errors import NothingToTrain, TopicNotStored
from db.models import activation, registry
from db.models.registry import Model
from db.pairs import Pairs
from train.config import Settings, settled, used, with_max_share
from train.distributed.tf_config import Workers
from train.trimming import fingerprint, trim
from train.unit_vectors import rarity

if TYPE_CHECKING:
    from train.fit import Epoch, Fitted

Progress = AbstractContextManager[Callable[["Epoch"], None]]


def train(
    database: Database, settings: Settings, activate: bool, progress: Progress, workers: Workers | None = None
) -> Model:
    """Train one model on what the database holds now, store it, and let searches answer from it if asked to.

    Parameters
    ----------
    workers : Workers, optional
        Those that train together; this process is their chief, and the others `assist`.

    Raises
    ------
    NothingToTrain
        Before anything is written.
    TrainingInProgress
        Another training holds the database.
    """
    pairs, settings, left_out = prepared(database, settings)
    with registry.training(database, settings.objective, settings.dimensions, used(settings)) as model_id:
        fitted = fitted_to(pairs, settings, progress, workers)
        fitted.metrics["articles_left_out"] = left_out
        store(database, model_id, pairs, fitted)
        return finished(database, model_id, activate)


def assist(database: Database, settings: Settings, progress: Progress, workers: Workers) -> None:
    """Train along with the chief, which stores the model; nothing is written here."""
    pairs, settings, _ = prepared(database, settings)
    fitted_to(pairs, settings, progress, workers)


def prepared(database: Database, settings: Settings) -> tuple[Pairs, Settings, int]:
    """The pairs to train on, the settings as their number decides them, and how many articles were left out."""
    pairs = read(database, settings)
    settings = with_max_share(settings, len(pairs.article_ids))
    trimmed = trim(pairs, settings.min_articles, settings.max_share or 1.0)
    left_out = len(pairs.article_ids) - len(trimmed.article_ids)
    return trimmed, settled(settings, len(trimmed.article_ids)), left_out


def fitted_to(pairs: Pairs, settings: Settings, progress: Progress, workers: Workers | None) -> "Fitted":
    """The model that this process trains alone, or with the other workers."""
    with progress as report:
        from train.fit import fit  # imports TensorFlow

        if workers is None:
            return fit(pairs, settings, report)
        from train.distributed.team import Team

        return fit(pairs, settings, report, Team(workers, pairs, settings))


def read(database: Database, settings: Settings) -> Pairs:
    """The pairs of the wanted kinds and topics.

    Raises
    ------
    TopicNotStored
    NothingToTrain
        No article, or none that has a link of these kinds.
    """
    with database.transaction() as connection:
        stored = db.pairs.topics(connection)
        for topic in settings.topics:
            if stored and topic not in stored:
                raise TopicNotStored(topic=topic, known=", ".join(stored))
        pairs = db.pairs.read(connection, settings.kinds, settings.topics, settings.drop_titles)
    if len(pairs.article_index) == 0:
        topics = " or ".join(settings.topics) or "any topic"
        raise NothingToTrain(reason=f"no article of {topics} has a link of kind {' or '.join(settings.kinds)}")
    return pairs


def store(database: Database, model_id: int, pairs: Pairs, fitted: "Fitted") -> None:
    """Write the vectors and call the model ready, all in one transaction."""
    with database.transaction() as connection:
        db.models.vectors.store(connection, model_id, "articles", pairs.article_ids, fitted.articles)
        db.models.vectors.store(connection, model_id, "links", pairs.link_ids, fitted.links, rarity(pairs))
        registry.finish(connection, model_id, fitted.metrics, fingerprint(pairs))


def finished(database: Database, model_id: int, activate: bool) -> Model:
    """The stored model, activated if asked to.

    In a transaction of its own: a commit of vectors takes long, and searches wait for the commit of a switch.
    """
    with database.transaction() as connection:
        if activate:
            activation.activate(connection, model_id)
        return registry.find(connection, model_id)
