"""Activate, roll back and drop models while searches go on."""

from functools import partial

from sqlalchemy import Connection, text

from db import locks
from db.errors import ModelUnusable
from db.models import registry, vectors
from db.models.model import Model

# Every search reads these views. If model 3 is active, article_vectors shows its table _article_vectors_3. The cast
# drops the number of dimensions from the column's type, so that models of all sizes fit the view.
VIEWS = {
    "article_vectors": "article_id, embedding::vector as embedding,"
    " coalesce(trained, embedding)::vector as trained, coalesce(prominence, 0) as prominence",
    "_placed_vectors": "article_id, placed::vector as placed",
    "link_vectors": "link_id, embedding::vector as embedding",
    "_link_weights": "link_id, weight",
    "article_positions": "article_id, x, y, region_1, region_2, region_3",
    "map_regions": "region_id, level, name, x, y, articles",
    "_map_points": "{model_id} as model_id, part, content, made_at",
}
TABLES = {"_placed_vectors": "_article_vectors", "article_positions": "_map_positions"}  # others are called as the view
KINDS: tuple[vectors.VectorKind, ...] = ("articles", "links")


def table_of(view: str, model_id: int) -> str:
    """The table of a model that the view shows while that model is active."""
    return f"{TABLES.get(view, '_' + view.removeprefix('_'))}_{model_id}"


def activate(connection: Connection, model_id: int) -> None:
    """Let every search answer from this model; the caller must commit at once, because searches wait until then.

    No search mixes two models: it locks the views that it reads, and all views are replaced in one transaction.

    Raises
    ------
    ModelNotFound
    ModelUnusable
        It is not ready, its vectors are damaged, or a long query is in the way.
    """
    refusal = partial(ModelUnusable, model_id=model_id, verb="activated")
    locks.between_readers(connection, list(VIEWS), lambda: _activate(connection, model_id, refusal), refusal)


def drop(connection: Connection, model_id: int) -> None:
    """Delete a model that is not active, with its vectors; their space is free after the commit.

    Raises
    ------
    ModelNotFound
    ModelUnusable
        It is active or in training, or a long query is in the way.
    """
    refusal = partial(ModelUnusable, model_id=model_id, verb="dropped")
    tables = [table_of(view, model_id) for view in VIEWS]
    locks.between_readers(connection, tables, lambda: _drop(connection, model_id, refusal), refusal)


def _activate(connection: Connection, model_id: int, refusal: partial[ModelUnusable]) -> None:
    model = _locked(connection, model_id)
    if model.state == "active":
        return
    if model.state != "ready":
        raise refusal(reason=f"its state is {model.state}")
    for kind in KINDS:
        fault = vectors.fault(connection, model_id, kind, model.dimensions, model.metrics.get(kind))
        if fault is not None:
            raise refusal(reason=f"{fault}; drop it and train another")
    connection.execute(text("update models set state = 'ready' where state = 'active'"))
    connection.execute(text("update models set state = 'active' where model_id = :id"), {"id": model_id})
    for view, columns in VIEWS.items():
        shown = f"select {columns.format(model_id=model_id)} from {table_of(view, model_id)}"
        connection.execute(text(f"create or replace view {view} as {shown}"))


def _drop(connection: Connection, model_id: int, refusal: partial[ModelUnusable]) -> None:
    registry.mark_killed(connection)
    model = _locked(connection, model_id)
    if model.state == "active":
        raise refusal(reason="it is active; activate another one first")
    if model.state == "training":
        raise refusal(reason="it is still in training")
    for view in VIEWS:
        if connection.scalar(text("select to_regclass(:table)"), {"table": table_of(view, model_id)}):
            connection.execute(text(f"drop table {table_of(view, model_id)}"))
    connection.execute(text("delete from models where model_id = :id"), {"id": model_id})


def _locked(connection: Connection, model_id: int) -> Model:
    """Return the model; no other process may activate or drop one until the transaction ends."""
    connection.execute(text("lock table models in share row exclusive mode"))
    return registry.find(connection, model_id)
