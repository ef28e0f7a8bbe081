"""Store and read where the articles of a model stand on its map, and place new ones among them."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

Float32 = NDArray[np.float32]
Int32 = NDArray[np.int32]


class Positions(NamedTuple):
    """Where articles stand.

    Attributes
    ----------
    ids : int32 array of shape (n,)
        Ascending.
    xy : float32 array of shape (n, 2)
        From -1 to 1; y is upwards.
    """

    ids: Int32
    xy: Float32


class Former(NamedTuple):
    """An earlier map.

    Attributes
    ----------
    scale : float
        The length of its layout's own unit on the map.
    middles : list of float64 arrays of shape (regions, 2)
        Where its regions lie, one array for each level.
    """

    model_id: int
    scale: float
    positions: Positions
    middles: list[NDArray[np.float64]]


class Region(NamedTuple):
    """A part of the map; `level` is 1 (coarse) to 3 (fine), and x and y are the middle of its articles."""

    region_id: int
    level: int
    name: str | None
    x: float
    y: float
    articles: int


READ = """
    select string_agg(int4send(article_id) || float4send(x) || float4send(y), ''::bytea order by article_id)
    from _map_positions_{id}"""

FORMER = text("""
    select model_id, cast(metrics -> 'map' ->> 'scale' as float) as scale from models
    where state in ('ready', 'active') and metrics -> 'map' is not null
    order by model_id = :id desc, state = 'active' desc, model_id desc limit 1""")

MIDDLES = """
    select array_agg(array[x, y]::float[] order by region_id) from _map_regions_{id} group by level order by level"""

# An article that came after the map stands where its ten nearest neighbours on the map stand. So what stands there
# does not move, and what else is new makes no difference. Some of the ten may stand far off. So that one counts from
# which the others are least far, each weighed by its rank, and then the median of those right beside it. For real books
# held out of training and layout, this keeps .956 of the agreement in genre, and the median of all ten .939.
PLACE = """
    insert into _map_positions_{id} (article_id, x, y, region_1, region_2, region_3)
    select v.article_id, m.*
    from _article_vectors_{id} v
    cross join lateral (
        with near as (
            select n.*, row_number() over (order by n.distance) as rank
            from (
                select p.x, p.y, p.region_1, p.region_2, p.region_3, other.embedding <=> v.embedding as distance
                from _article_vectors_{id} other
                join _map_positions_{id} p using (article_id)
                order by distance
                limit 10
            ) n
        ), middle as (
            select a.*
            from near a
            order by (select sum(sqrt((a.x - b.x) ^ 2 + (a.y - b.y) ^ 2) / (1 + b.rank)) from near b), a.rank
            limit 1
        )
        select percentile_cont(0.5) within group (order by near.x) as x,
               percentile_cont(0.5) within group (order by near.y) as y,
               min(middle.region_1), min(middle.region_2), min(middle.region_3)
        from near cross join middle
        where (near.x - middle.x) ^ 2 + (near.y - middle.y) ^ 2 <= 0.02 ^ 2
        having count(*) > 0
    ) m
    where not exists (select from _map_positions_{id} p where p.article_id = v.article_id)"""

FORGET = """
    delete from _map_positions_{id} p
    where p.article_id = any(:moved)
       or not exists (select from _article_vectors_{id} v where v.article_id = p.article_id)"""


def former_map(connection: Connection, model_id: int) -> Former | None:
    """Return the map from which a new one for this model goes on, or None if there is none.

    It is the model's own map, or else that of the active model, or else that of the newest model that has one.
    """
    row = connection.execute(FORMER, {"id": model_id}).one_or_none()
    if row is None:
        return None
    levels = connection.scalars(text(MIDDLES.format(id=row.model_id)))
    return Former(row.model_id, row.scale, read(connection, row.model_id), [np.array(level) for level in levels])


def read(connection: Connection, model_id: int) -> Positions:
    """Read the map of a model; it is empty if none was made."""
    packed = connection.scalar(text(READ.format(id=model_id)))
    rows = np.frombuffer(packed or b"", dtype=[("id", ">i4"), ("xy", ">f4", 2)])
    return Positions(rows["id"].astype(np.int32), rows["xy"].astype(np.float32))


def place(connection: Connection, model_id: int, moved: Collection[int] = ()) -> None:
    """Place the articles that have a vector and no position, or that moved, and forget those without a vector."""
    connection.execute(text(FORGET.format(id=model_id)), {"moved": list(moved)})
    # The scan passes over articles without a position.
    connection.execute(text("set local hnsw.iterative_scan = strict_order"))
    connection.execute(text(PLACE.format(id=model_id)))
