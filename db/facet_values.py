"""Facets of articles, as numbers."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

Int32 = NDArray[np.int32]


class Facet(NamedTuple):
    """Which articles have which values of one facet; an article may have several values.

    Attributes
    ----------
    article : int32 array of shape (n,)
        Positions in the article ids that were asked for.
    value : int32 array of shape (n,)
        Numbers from 0; equal values have equal numbers.
    """

    article: Int32
    value: Int32


READ = text("""
    select string_agg(int4send(article_id) || int4send(number), ''::bytea order by article_id, number)
    from (select article_id, dense_rank() over (order by value)::integer - 1 as number
          from facets where name = :name and article_id = any(:article_ids)) numbered
""")


def read(connection: Connection, name: str, article_ids: Int32) -> Facet:
    """Read one facet of these articles as binary integers, as the pairs are read.

    Parameters
    ----------
    name : str
        author, genre, ...; a name that no article has gives empty arrays.
    article_ids : int32 array of shape (n_articles,)
        Ascending.
    """
    data = connection.execute(READ, {"name": name, "article_ids": article_ids.tolist()}).scalar()
    rows = np.frombuffer(data or b"", dtype=">i4").reshape(-1, 2).astype(np.int32)
    return Facet(np.searchsorted(article_ids, rows[:, 0]).astype(np.int32), rows[:, 1].copy())
