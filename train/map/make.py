"""From a model's vectors in the database to its map in the database."""

import time
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from db.connection import Database
from db.maps.positions import Former, Positions, former_map
from db.maps.storing import store
from db.models import labelled, registry, vectors
from train import extra
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
    extra.check("openTSNE", "scipy")
    start = time.monotonic()
    with database.transaction() as connection:
        model = labelled.whole_model(connection, model_id, "mapped")
        ids, rows = vectors.read(connection, model.model_id, "articles", model.dimensions)
        if len(ids) == 0:
            raise NothingToMap(model_id=model.model_id)
        former = None if fresh else _with_half(ids, former_map(connection, model.model_id))
    made = lay_out(ids, rows, former, seed, on_work)
    on_work("dividing into regions", 0, 1)
    starts = {len(level): level for level in former.middles} if former else {}
    counts = regions.numbers_of_regions(len(ids))
    places = [regions.divided(made.xy, count, seed, starts.get(count)) for count in counts]
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
    """Where these articles stand, going on from an earlier map of half of them or more, or beginning anew."""
    if len(ids) < layout.FEWEST:
        return layout.on_map(layout.first_start(rows, seed))
    count = min(layout.NEIGHBOURS, len(ids) // 3)
    graph = nearest(rows, count, lambda done: on_work("finding neighbours", done, len(ids)))
    steps = layout.steps(former is None)

    def on_step(step: int) -> None:
        on_work("laying out", step, steps)

    if former is None:
        return layout.on_map(layout.laid_out(graph, layout.first_start(rows, seed), True, on_step))
    _, known, theirs = np.intersect1d(ids, former.positions.ids, assume_unique=True, return_indices=True)
    xy = former.positions.xy[theirs]
    start = layout.start_from(known, xy.astype(np.float64) / former.scale, graph, seed)
    return layout.on_former_map(layout.laid_out(graph, start, False, on_step), former.scale, known, xy)


def _with_half(ids: Int32, former: Former | None) -> Former | None:
    """The earlier map, if it has half of these articles."""
    shared = 0 if former is None else len(np.intersect1d(ids, former.positions.ids, assume_unique=True))
    return former if shared * 2 >= len(ids) else None
