"""A model as a record, and what a reader asks of models; psycopg alone does so (`db.read_pool`)."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from db.connection import Database
from db.errors import NoActiveModel


@dataclass(frozen=True, slots=True)
class Model:
    """One training run.

    Attributes
    ----------
    state : {"training", "ready", "active", "failed"}
    fingerprint : str or None
        A hash of the pairs that the model was trained on; None until it is ready.
    reason : str or None
        Why the training failed; None if it did not.
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


def listed(database: Database, which: str = "true") -> list[Model]:
    """All models, the newest last, or those of which a condition in SQL is true."""
    names = ", ".join(field.name for field in fields(Model))
    query = f"select {names} from {database.schema}.models where {which} order by model_id"
    return [Model(*row) for row in database.fetch(query, {})]


def active(database: Database) -> Model:
    """The active model.

    Raises
    ------
    NoActiveModel
    """
    found = listed(database, "state = 'active'")
    if not found:
        raise NoActiveModel
    return found[0]
