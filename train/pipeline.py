"""From the pairs in the database to vectors in the database."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial
from typing import TYPE_CHECKING

import db.models.vectors
import db.pairs
from db.connection import Database
from db.errors import NothingToTrain, TopicNotStored
from db.models import activation, registry
from db.models.model import Model
from db.pairs import Pairs
from db.search import facets
from train import extra, needs
from train.config import DecidedSettings, Settings, as_stored, decide
from train.distributed.tf_config import Workers
from train.progress import OnEpoch
from train.trimming import fingerprint

if TYPE_CHECKING:
    from train.fit import Fitted


def train(
    database: Database,
    asked: Settings,
    activate: bool,
    progress: AbstractContextManager[OnEpoch],
    workers: Workers | None = None,
    tell: Callable[[str], object] = lambda line: None,
) -> Model:
    """Train one model on what the database holds now, store it, and let searches answer from it if that is wanted.

    Parameters
    ----------
    workers : Workers, optional
        Those that train together. This process is their chief, and the others call `assist`.
    tell : function of str
        Called with one line that says what the training will take, before it starts.

    Raises
    ------
    NothingToTrain, MemoryMissing, ExtraMissing
        Before anything is written.
    TrainingInProgress
        Another training holds the database.
    """
    pairs, settings, left_out = prepared(database, asked, workers)
    size = f"{len(pairs.article_ids):,} articles, {len(pairs.link_ids):,} links, {len(pairs.article_index):,} pairs"
    with registry.training(database, settings.objective, settings.dimensions, as_stored(settings)) as model_id:
        tell(f"{size}: {needs.of_training(pairs, settings, _shares(workers))}")
        fitted = fitted_to(pairs, settings, progress, workers)
        fitted.metrics["articles_left_out"] = left_out
        store(database, model_id, pairs, fitted)
        return finished(database, model_id, activate)


def assist(database: Database, asked: Settings, progress: AbstractContextManager[OnEpoch], workers: Workers) -> None:
    """Train together with the chief, which stores the model; nothing is written here."""
    pairs, settings, _ = prepared(database, asked, workers)
    fitted_to(pairs, settings, progress, workers)


def prepared(database: Database, asked: Settings, workers: Workers | None = None) -> tuple[Pairs, DecidedSettings, int]:
    """The pairs to train on, the settings as their number decides them, and how many articles were left out.

    Raises
    ------
    TopicNotStored, NothingToTrain, MemoryMissing, ExtraMissing
    """
    extra.check("tensorflow", "keras")
    pairs = read_pairs(database, asked)
    trimmed, settings = decide(asked, pairs)
    needs.check("the training", needs.of_training(trimmed, settings, _shares(workers)).memory)
    return trimmed, settings, len(pairs.article_ids) - len(trimmed.article_ids)


def _shares(workers: Workers | None) -> int:
    return len(workers.addresses) if workers else 1


def fitted_to(
    pairs: Pairs, settings: DecidedSettings, progress: AbstractContextManager[OnEpoch], workers: Workers | None
) -> "Fitted":
    """The model that this process trains alone, or with the other workers."""
    with progress as on_epoch:
        from train.fit import fit  # This imports TensorFlow.

        if workers is None:
            return fit(pairs, settings, on_epoch)
        from train.distributed.team import WorkerTeam

        return fit(pairs, settings, on_epoch, WorkerTeam(workers, pairs, settings))


def read_pairs(database: Database, asked: Settings) -> Pairs:
    """The pairs of the wanted kinds and topics.

    Raises
    ------
    TopicNotStored, MemoryMissing
    NothingToTrain
        There is no article, or none that has a link of these kinds.
    """
    with database.reading() as link:
        stored = facets.topics(link)
    for topic in asked.topics:
        if stored and topic not in stored:
            raise TopicNotStored(topic=topic, known=", ".join(stored))
    with database.transaction() as connection:
        needs.check("reading the pairs", needs.PER_PAIR_READ * db.pairs.count(connection))
        pairs = db.pairs.read(connection, asked.kinds, asked.topics, asked.drop_titles)
    if len(pairs.article_index) == 0:
        topics = " or ".join(asked.topics) or "any topic"
        raise NothingToTrain(reason=f"no article of {topics} has a link of kind {' or '.join(asked.kinds)}")
    return pairs


def store(database: Database, model_id: int, pairs: Pairs, fitted: "Fitted") -> None:
    """Write the vectors and call the model ready, all in one transaction."""
    with database.transaction() as connection:
        store = partial(db.models.vectors.store, connection, model_id)
        store("articles", pairs.article_ids, fitted.articles, trained=fitted.trained)
        store("links", pairs.link_ids, fitted.links, link_weights=fitted.link_weights)
        registry.finish(connection, model_id, fitted.metrics, fingerprint(pairs))


def finished(database: Database, model_id: int, activate: bool) -> Model:
    """The stored model, activated if that is wanted.

    This is a transaction of its own: a commit of vectors takes long, and searches wait for the commit of a switch.
    """
    with database.transaction() as connection:
        if activate:
            activation.activate(connection, model_id)
        return registry.find(connection, model_id)
