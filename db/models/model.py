"""A model as a record."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any


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
