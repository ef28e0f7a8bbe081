"""Models as rows: one training at a time, one model active, switched in one transaction."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection, text

from db import locks, schema
from db.connection import Database
from db.errors import ModelNotFound, ModelUnusable, NoActiveModel, TrainingInProgress

KINDS = {"articles": "article", "links": "link"}  # the vector tables' prefix, and the ids' and views' prefix


@dataclass(frozen=True, slots=True)
class Model:
    """One training run.

    Attributes
    ----------
    state : {"training", "ready", "active", "failed"}
    fingerprint : str or None
        Of the pairs that it was trained on; None until it is ready.
    reason : str or None
        Why it failed.
    """

    model_id: int
    created_at: datetime
    state: str
    objective: str
    dimensions: int
    settings: Mapping[str, Any]
    metrics: Mapping[str, Any]
    fingerprint: str | None
    reason: str | None


@contextmanager
def training(database: Database, objective: str, dimensions: int, settings: Mapping[str, Any]) -> Iterator[int]:
    """Hold the training lock and a new row in state `training`; yields its `model_id`.

    On an exception the row becomes `failed` with its reason. A trainer that was killed leaves its row in `training`
    and loses the lock; the next one marks that row.

    Raises
    ------
    TrainingInProgress
        Another process holds the lock.
    """
    with locks.held(database, "wikishelf.training", TrainingInProgress) as connection:
        connection.execute(text("update models set state = 'failed', reason = 'killed' where state = 'training'"))
        model_id = connection.execute(
            sa.insert(schema.models)
            .values(state="training", objective=objective, dimensions=dimensions, settings=settings)
            .returning(schema.models.c.model_id)
        ).scalar_one()
        try:
            yield model_id
        except BaseException as error:
            connection.execute(
                text("update models set state = 'failed', reason = :reason where model_id = :id"),
                {"reason": str(error) or type(error).__name__, "id": model_id},
            )
            raise


def finish(connection: Connection, model_id: int, metrics: Mapping[str, Any], fingerprint: str) -> None:
    """Make a trained model `ready`; its vectors are stored already."""
    connection.execute(
        sa.update(schema.models)
        .where(schema.models.c.model_id == model_id)
        .values(state="ready", metrics=metrics, fingerprint=fingerprint)
    )


def activate(connection: Connection, model_id: int) -> None:
    """Let every search answer from this model, from the commit on.

    Raises
    ------
    ModelNotFound, ModelUnusable
    """
    model = find(connection, model_id)
    if model.state not in {"ready", "active"}:
        raise ModelUnusable(model_id=model_id, verb="activated", reason=f"its state is {model.state}")
    connection.execute(text("update models set state = 'ready' where state = 'active'"))
    connection.execute(text("update models set state = 'active' where model_id = :id"), {"id": model_id})
    for prefix, name in KINDS.items():
        # The cast drops the number of dimensions from the column's type, so that models of all sizes fit the view.
        connection.execute(
            text(
                f"create or replace view {name}_vectors as"
                f" select {name}_id, embedding::vector as embedding from vectors.{prefix}_{model.model_id}"
            )
        )


def drop(connection: Connection, model_id: int) -> None:
    """Delete a model that is not active, and its vectors; their space is free at once.

    Raises
    ------
    ModelNotFound, ModelUnusable
    """
    model = find(connection, model_id)
    if model.state in {"active", "training"}:
        raise ModelUnusable(model_id=model_id, verb="dropped", reason=f"its state is {model.state}")
    for prefix in KINDS:
        connection.execute(text(f"drop table if exists vectors.{prefix}_{model.model_id}"))
    connection.execute(sa.delete(schema.models).where(schema.models.c.model_id == model_id))


def listed(connection: Connection) -> list[Model]:
    """All models, the newest last."""
    rows = connection.execute(sa.select(schema.models).order_by(schema.models.c.model_id))
    return [Model(**row) for row in rows.mappings()]


def find(connection: Connection, model_id: int) -> Model:
    """One model.

    Raises
    ------
    ModelNotFound
    """
    rows = connection.execute(sa.select(schema.models).where(schema.models.c.model_id == model_id))
    row = rows.mappings().one_or_none()
    if row is None:
        raise ModelNotFound(model_id=model_id)
    return Model(**row)


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
