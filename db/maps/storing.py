"""Store a whole map, in the caller's transaction; readers see the former one until its commit."""

from collections.abc import Collection, Iterator, Sequence

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from db import binary_copy
from db.maps import parts, positions, region_names
from db.maps.positions import Positions, Region

Int32 = NDArray[np.int32]
MAPPABLE = text(r"""
    select substring(relname from '\d+$')::integer as model_id from pg_class
    where relnamespace = current_schema()::regnamespace and relkind = 'r' and relname ~ '^_map_points_\d+$'
    order by model_id""")

COUNT = """
    update _map_regions_{id} r set articles = counted.articles
    from (
        select region_id, count(*) as articles
        from _map_positions_{id} join articles using (article_id)
        cross join lateral unnest(array[region_1, region_2, region_3]) region_id
        group by region_id
    ) counted
    where r.region_id = counted.region_id and r.articles <> counted.articles"""


def store(connection: Connection, model_id: int, made: Positions, levels: Sequence[Int32]) -> list[Region]:
    """Replace the map of a model: positions, regions with their names, and ready-made parts.

    Parameters
    ----------
    levels : sequence of int32 arrays of shape (n,)
        The region of each article, from 0 on, on the levels that there are, the coarse one first.

    Returns
    -------
    list of Region
        Their numbers run on from level to level, from 1 on.
    """
    _lock(connection, model_id)
    firsts = np.cumsum([1, *(int(level.max()) + 1 for level in levels)])
    numbered = [(level + first).astype(np.int32) for level, first in zip(levels, firsts, strict=False)]
    _store_positions(connection, model_id, made, numbered)
    positions.place(connection, model_id)  # what was folded in meanwhile
    used: set[str] = set()
    found = [
        one
        for level, regions in enumerate(numbered, 1)
        for one in _regions(made, level, regions, region_names.chosen(connection, model_id, level, used))
    ]
    connection.execute(text(f"delete from _map_regions_{model_id}"))
    binary_copy.copy_records(connection, f"_map_regions_{model_id}", found)
    _renew(connection, model_id)
    return found


def follow(connection: Connection, model_id: int, moved: Collection[int] = ()) -> None:
    """Let the map of a model follow its vectors and what an import changed; do nothing if it has no map.

    Parameters
    ----------
    moved : collection of int
        Articles that got another vector, which are placed anew.
    """
    _lock(connection, model_id)
    if connection.scalar(text(f"select exists (select from _map_points_{model_id})")):
        positions.place(connection, model_id, moved)
        _renew(connection, model_id)


def follow_import(connection: Connection) -> None:
    """Let all maps follow an import, in its transaction: titles, facets and prominence may be others."""
    for model_id in connection.scalars(MAPPABLE).all():
        follow(connection, model_id)


def _renew(connection: Connection, model_id: int) -> None:
    """Count the articles of the regions again, and make the parts anew."""
    connection.execute(text(COUNT.format(id=model_id)))
    parts.renew(connection, model_id)


def _lock(connection: Connection, model_id: int) -> None:
    """Let one process change a map at a time, and readers read on."""
    connection.execute(text(f"lock table _map_points_{model_id} in share row exclusive mode"))


def _store_positions(connection: Connection, model_id: int, made: Positions, levels: Sequence[Int32]) -> None:
    table = f"_map_positions_{model_id}"
    connection.execute(text(f"delete from {table}"))
    columns = ", ".join(("article_id", "x", "y", *(f"region_{level}" for level in range(1, len(levels) + 1))))
    rows = binary_copy.rows(made.ids, *made.xy.T, *levels)
    binary_copy.copy_in(connection, f"{table} ({columns})", rows)
    connection.execute(text(f"analyze {table}"))


def _regions(made: Positions, level: int, regions: Int32, names: dict[int, str]) -> Iterator[Region]:
    for region in np.unique(regions).tolist():
        x, y = made.xy[regions == region].astype(np.float64).mean(axis=0).tolist()
        yield Region(region, level, names.get(region), x, y, int((regions == region).sum()))
