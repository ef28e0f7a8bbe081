"""A model judged by Wikipedia's authors: right are the articles that the section "See also" of an article names."""

import numpy as np
from numpy.typing import NDArray

import db.judging
from db.connection import Database
from db.judging import SeeAlso
from db.models import registry
from db.models.model import Model
from db.pairs import Pairs
from train.config import DecidedSettings, decide
from train.errors import NoSeeAlso
from train.evaluation.answers import by_tfidf, by_vectors
from train.evaluation.evaluate import Evaluated, NewProgress, prepared_again
from train.evaluation.judge import judge
from train.evaluation.questions import of_see_also
from train.evaluation.split import part
from train.pipeline import read_pairs
from train.trimming import fingerprint


def evaluate_by_see_also(database: Database, model_id: int | None, new_progress: NewProgress) -> Evaluated:
    """Train with the model's settings on all other links and ask for those of "See also"; store the figures with it.

    Parameters
    ----------
    model_id : int or None
        None stands for the active model.
    new_progress : function
        Called for the one training.

    Raises
    ------
    NoSeeAlso
    db.errors.ModelNotFound, db.errors.ModelUnusable, db.errors.NoActiveModel, db.errors.NothingToTrain
    """
    with database.session() as connection:
        model = registry.usable(connection, model_id, "evaluated")
        known = db.judging.read_prominences(connection)
    pairs, settings = prepared_again(database, model)
    train, see_also = divided(database, model, settings)
    with new_progress() as on_epoch:
        from train.fit import fit  # This imports TensorFlow.

        finder = by_vectors(train.article_ids, fit(train, settings, on_epoch).articles)
    questions = of_see_also(see_also)
    evaluation = {
        "questions": len(questions.asked),
        "see_also": len(questions.right),
        "articles": len(train.article_ids),
        "links": len(train.link_ids),
        "fingerprint": fingerprint(pairs),
        **judge(finder, by_tfidf(train), questions, known),
    }
    with database.transaction() as connection:
        registry.add_metrics(connection, model.model_id, {"see_also": evaluation})
    return Evaluated(model, evaluation)


def divided(database: Database, model: Model, settings: DecidedSettings) -> tuple[Pairs, SeeAlso]:
    """The pairs to train on, and the links of "See also", which are not among them.

    They are held out before the others are trimmed, and lead from and to articles of the model's topics: a model of
    books is not asked for films.

    Raises
    ------
    NoSeeAlso
    """
    pairs = read_pairs(database, settings)
    with database.session() as connection:
        see_also = _within(db.judging.read_see_also(connection), pairs.article_ids)
    if not len(see_also.article_ids):
        raise NoSeeAlso(model_id=model.model_id)
    train, _ = decide(settings, part(pairs, ~_are_among(pairs, see_also)))
    return train, see_also


def _within(see_also: SeeAlso, article_ids: NDArray[np.int32]) -> SeeAlso:
    kept = np.isin(see_also.article_ids, article_ids) & np.isin(see_also.target_ids, article_ids)
    return SeeAlso(*(column[kept] for column in see_also))


def _are_among(pairs: Pairs, see_also: SeeAlso) -> NDArray[np.bool_]:
    """Which pairs are links of "See also", a bool array of shape (n_pairs,)."""
    keys = pairs.article_ids[pairs.article_index].astype(np.int64) << 32 | pairs.link_ids[pairs.link_index]
    return np.isin(keys, see_also.article_ids.astype(np.int64) << 32 | see_also.link_ids)
