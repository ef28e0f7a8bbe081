"""From a model's vectors in the database to its map in the database."""

import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.connection import Database
from db.maps.positions import Former, Positions, former_map
from db.maps.storing import store
from db.models import labelled, registry, vectors
from train.errors import NothingToMap
from train.map import layout, regions
from train.map.layout import Layout
from train.map.neighbours import nearest
from train.map.progress import OnWork

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]


class Mapped(NamedTuple):
    """What was made.

    Attributes
    ----------
    kept_from : int or None
        The model from whose map this one went on; None for a new one.
    regions, named : int
        How many regions there are, and how many of them have a name.
    """

    model_id: int
    articles: int
    kept_from: int | None
    regions: int
    named: int
    seconds: float


def make(database: Database, model_id: int | None, fresh: bool, seed: int, on_work: OnWork) -> Mapped:
    """Lay out a model's articles, name the regions, and store all of it in one transaction.

    Parameters
    ----------
    model_id : int or None
        None stands for the active model.
    fresh : bool
        Lay out anew, although there is a map from which this one could go on.

    Raises
    ------
    db.errors.ModelNotFound, db.errors.ModelUnusable, db.errors.NoActiveModel
    """
    start = time.monotonic()
    with database.transaction() as connection:
        model = labelled.whole_model(connection, model_id, "mapped")
        ids, rows = vectors.read(connection, model.model_id, "articles", model.dimensions)
        if len(ids) == 0:
            raise NothingToMap(model_id=model.model_id)
        former = None if fresh else former_map(connection, model.model_id)
    made = lay_out(ids, rows, former, seed, on_work)
    places = [regions.divided(made.xy, count, seed) for count in regions.numbers_of_regions(len(ids))]
    with database.transaction() as connection:
        registry.kept(connection, model.model_id, "mapped")
        found = store(connection, model.model_id, Positions(ids, made.xy), places)
        done = Mapped(
            model.model_id,
            len(ids),
            former.model_id if former else None,
            len(found),
            sum(one.name is not None for one in found),
            round(time.monotonic() - start, 1),
        )
        about = {"scale": made.scale, "kept_from": done.kept_from, "articles": len(ids), "seconds": done.seconds}
        registry.add_metrics(connection, model.model_id, {"map": about})
    return done


def lay_out(ids: Int32, rows: Float32, former: Former | None, seed: int, on_work: OnWork) -> Layout:
    """Where these articles stand; without any sum whose order the number of threads decides."""
    if len(ids) < layout.FEWEST:
        return layout.on_map(layout.first_start(rows, seed))
    count = min(layout.NEIGHBOURS, len(ids) // 3)
    graph = nearest(rows, count, lambda done: on_work("neighbours", done, len(ids)))
    known = _known(ids, former)
    fresh = former is None or len(known.rows) * 2 < len(ids)
    steps = layout.steps(fresh)

    def on_step(step: int) -> None:
        on_work("layout", step, steps)

    if former is None or fresh:
        return layout.on_map(layout.laid_out(graph, layout.first_start(rows, seed), fresh, on_step))
    start = layout.start_from(known.rows, known.xy.astype(np.float64) / former.scale, graph, seed)
    return layout.on_former_map(layout.laid_out(graph, start, fresh, on_step), former.scale, known.rows, known.xy)


class _Known(NamedTuple):
    rows: NDArray[np.int64]
    xy: Float32


def _known(ids: Int32, former: Former | None) -> _Known:
    if former is None:
        return _Known(np.empty(0, np.int64), np.empty((0, 2), np.float32))
    _, rows, theirs = np.intersect1d(ids, former.positions.ids, assume_unique=True, return_indices=True)
    return _Known(rows, former.positions.xy[theirs])
