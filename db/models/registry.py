"""Models as rows of a table: one training runs at a time, and one model is active (`db.models.activation`)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, text

from db import interrupts, locks, schema
from db.connection import Database
from db.errors import ModelNotFound, ModelUnusable, NoActiveModel, TrainingInProgress
from db.models.model import Model

LOCK = "training"


@contextmanager
def training(database: Database, objective: str, dimensions: int, settings: Mapping[str, Any]) -> Iterator[int]:
    """Hold the training lock, add a row in state `training`, and yield its `model_id`.

    On an exception the row becomes `failed` with its reason, unless the model was stored already. A killed trainer
    leaves its row in `training` but loses the lock, and `mark_killed` recognises it by that.

    Raises
    ------
    TrainingInProgress
        Another process holds the lock.
    """
    with locks.held(database, LOCK, TrainingInProgress):
        with database.transaction() as connection:
            mark_killed(connection, is_alone=True)
        insert = (
            sa.insert(schema.models)
            .values(state="training", objective=objective, dimensions=dimensions, settings=settings)
            .returning(schema.models.c.model_id)
        )
        model_id = 0
        try:
            with interrupts.held(), database.transaction() as connection:
                model_id = connection.execute(insert).scalar_one()  # else a row might stay whose number nobody knows
            yield model_id
        except BaseException as error:
            if _fail(database, model_id, _reason(error)):
                error.add_note(f"model {model_id} is listed as failed, and searches answer as before")
            raise


def finish(connection: Connection, model_id: int, metrics: Mapping[str, Any], fingerprint: str) -> None:
    """Make a trained model `ready`, after its vectors were stored."""
    connection.execute(
        sa.update(schema.models)
        .where(schema.models.c.model_id == model_id)
        .values(state="ready", metrics=metrics, fingerprint=fingerprint)
    )


def add_metrics(connection: Connection, model_id: int, metrics: Mapping[str, Any]) -> None:
    """Store what was found out about a model later on; metrics of the same name are replaced.

    Raises
    ------
    ModelNotFound
        The model was dropped meanwhile.
    """
    find(connection, model_id)
    column = schema.models.c.metrics
    added = column.concat(sa.cast(metrics, column.type))
    connection.execute(sa.update(schema.models).where(schema.models.c.model_id == model_id).values(metrics=added))


def mark_killed(connection: Connection, is_alone: bool = False) -> None:
    """Mark as `failed` the rows that are in state `training` while no other process holds the training lock.

    Parameters
    ----------
    is_alone : bool
        The caller holds the lock.
    """
    # Readers, who may not update anything, list models as well. The update sees no row that is newer than its look for
    # holders of the lock.
    if connection.scalar(text("select exists (select from models where state = 'training')")):
        connection.execute(
            text(f"""
                update models set state = 'failed', reason = 'killed'
                where state = 'training' and (:is_alone or not exists ({locks.RIVAL}))"""),
            {"is_alone": is_alone, **locks.names(LOCK)},
        )


def listed(connection: Connection) -> list[Model]:
    """Return all models, the newest last."""
    rows = connection.execute(sa.select(schema.models).order_by(schema.models.c.model_id))
    return [Model(**row) for row in rows.mappings()]


def sizes(connection: Connection) -> dict[int, int]:
    """Return how many bytes the tables and indexes of each model take on disk."""
    rows = connection.execute(
        text("""
            select model_id, coalesce(sum(pg_total_relation_size(to_regclass(name))), 0)
            from models, unnest(array['article_vectors', 'link_vectors', 'link_weights', 'map_positions', 'map_regions',
                                         'map_points']) kind,
                 format('_%s_%s', kind, model_id) name
            group by model_id""")
    )
    return {model_id: int(size) for model_id, size in rows}


def find(connection: Connection, model_id: int) -> Model:
    """Return the model of this number.

    Raises
    ------
    ModelNotFound
    """
    number = sa.cast(model_id, sa.Numeric)  # a number too great for an integer names no model
    rows = connection.execute(sa.select(schema.models).where(schema.models.c.model_id == number))
    row = rows.mappings().one_or_none()
    if row is None:
        raise ModelNotFound(model_id=model_id)
    return Model(**row)


def usable(connection: Connection, model_id: int | None, verb: str) -> Model:
    """Return the model of this number, or the active one, if it was trained to its end.

    Parameters
    ----------
    verb : str
        The word for the message that says what the model is wanted for, such as "exported".

    Raises
    ------
    ModelNotFound, ModelUnusable, NoActiveModel
    """
    model = active(connection) if model_id is None else find(connection, model_id)
    if model.state not in {"ready", "active"}:
        raise ModelUnusable(model_id=model.model_id, verb=verb, reason=f"its state is {model.state}")
    return model


def kept(connection: Connection, model_id: int | None, verb: str) -> Model:
    """Return what `usable` returns; nobody can drop that model before the caller's transaction ends."""
    model_id = active(connection).model_id if model_id is None else model_id
    connection.execute(text("select from models where model_id = :id for key share"), {"id": model_id})
    return usable(connection, model_id, verb)


def active(connection: Connection) -> Model:
    """The active model.

    Raises
    ------
    NoActiveModel
    """
    row = connection.execute(sa.select(schema.models).where(schema.models.c.state == "active")).mappings().one_or_none()
    if row is None:
        raise NoActiveModel
    return Model(**row)


def _fail(database: Database, model_id: int, reason: str) -> bool:
    query = text("update models set state = 'failed', reason = :reason where model_id = :id and state = 'training'")
    with database.transaction() as connection:
        return connection.execute(query, {"reason": reason, "id": model_id}).rowcount == 1


def _reason(error: BaseException) -> str:
    if isinstance(error, KeyboardInterrupt):
        return "interrupted"
    return (str(error).strip() or type(error).__name__).splitlines()[0]
