"""A model judged by what readers like: it is right where a reader likes both what was asked for and the answer."""

import sys
from collections.abc import Mapping, Sequence
from typing import Any

import db.judging
from db.connection import Database
from db.models import labelled, registry
from train.errors import NoReaders
from train.evaluation.answers import by_tfidf, by_vectors
from train.evaluation.evaluate import Evaluated, prepared_again
from train.evaluation.judge import judge
from train.evaluation.likes_file import LikesFile
from train.evaluation.questions import FEWEST_LIKES, MOST_LIKES, Questions, of_readers
from train.trimming import fingerprint

MOST_NAMED = 3


def evaluate_by_likes(database: Database, model_id: int | None, file: LikesFile) -> Evaluated:
    """Judge the stored vectors of a model beside TF-IDF cosine on the same links, and store the figures with it.

    Parameters
    ----------
    model_id : int or None
        None stands for the active model.

    Raises
    ------
    NoReaders
    db.errors.ModelNotFound, db.errors.ModelUnusable, db.errors.NoActiveModel, db.errors.NothingToTrain
    """
    with database.session() as connection:
        model = labelled.whole_model(connection, model_id, "evaluated")
        stored = labelled.read(connection, model, "articles")
        known = db.judging.read_prominences(connection)
        article_of = db.judging.find_articles(connection, {row.title for row in file.rows})
    questions, counts = _asked(file, article_of)
    pairs, _ = prepared_again(database, model)
    evaluation = {
        **counts,
        "articles": len(stored.ids),
        "links": len(pairs.link_ids),
        "fingerprint": fingerprint(pairs),
        **judge(by_vectors(stored.ids, stored.embedding), by_tfidf(pairs), questions, known),
    }
    with database.transaction() as connection:
        registry.add_metrics(connection, model.model_id, {"likes": evaluation})
    return Evaluated(model, evaluation)


def _asked(file: LikesFile, article_of: Mapping[str, int]) -> tuple[Questions, dict[str, Any]]:
    """The questions of a file, and how much of it is asked; what is skipped is told on stderr."""
    liked: dict[str, set[int]] = {}
    for row in file.rows:
        if row.is_like and row.title in article_of:
            liked.setdefault(row.reader, set()).add(article_of[row.title])
    questions = of_readers({reader: sorted(ids) for reader, ids in liked.items()})
    titles = dict.fromkeys(row.title for row in file.rows)
    unknown = [title for title in titles if title not in article_of]
    if not len(questions.asked):
        facts = {"lines": len(file.rows) + len(file.malformed), "malformed": len(file.malformed), "titles": len(titles)}
        raise NoReaders(name=file.name, fewest=FEWEST_LIKES, most=MOST_LIKES, unknown=len(unknown), **facts)
    _tell(f"malformed lines of {file.name} are skipped", file.malformed)
    _tell(f"titles of {file.name} are not in this shelf and are skipped", [_quoted(title) for title in unknown])
    readers = len(set(questions.group.tolist()))
    return questions, {
        "file": file.name,
        "malformed": len(file.malformed),
        "unknown_titles": len(unknown),
        "likes": len(questions.asked),
        "readers": readers,
        "readers_left_out": len({row.reader for row in file.rows}) - readers,
    }


def _tell(what: str, culprits: Sequence[str]) -> None:
    if culprits:
        more = f"; and {len(culprits) - MOST_NAMED:,} more" if len(culprits) > MOST_NAMED else ""
        print(f"{len(culprits):,} {what}: {'; '.join(culprits[:MOST_NAMED])}{more}", file=sys.stderr, flush=True)


def _quoted(title: str) -> str:
    return f'"{title}"' if title.isprintable() else ascii(title)
