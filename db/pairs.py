"""The (article, link) pairs that a training reads."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

Int32 = NDArray[np.int32]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Distinct (article, link) pairs, ordered by article then link.

    Attributes
    ----------
    article_ids : int32 array of shape (n_articles,)
        Ascending.
    link_ids : int32 array of shape (n_links,)
        Ascending.
    article_index, link_index : int32 arrays of shape (n_pairs,)
        Positions in `article_ids` and `link_ids`.
    occurrences : int32 array of shape (n_pairs,)
        How often the link stands in the article.
    """

    article_ids: Int32
    link_ids: Int32
    article_index: Int32
    link_index: Int32
    occurrences: Int32


# The rows are one bytea for every 4,096 articles. They are read about 1.6 times faster than plain rows, and stay far
# below bytea's limit of 1 GB.
READ = text("""
    select string_agg(int4send(p.article_id) || int4send(p.link_id) || int4send(p.occurrences), ''::bytea
                      order by p.article_id, p.link_id)
    from article_links p
    join articles a on a.article_id = p.article_id
    join links l on l.link_id = p.link_id
    where l.kind = any(:kinds)
      and (cardinality(cast(:topics as text[])) = 0 or a.topic = any(:topics))
      and l.title <> all(:drop_titles)
    group by p.article_id / 4096
    order by p.article_id / 4096
""")

COUNT = text("select reltuples from pg_class where oid = to_regclass('article_links')")


def count(connection: Connection) -> int:
    """Roughly how many pairs the shelf has, as the last import or ANALYZE counted them."""
    return max(int(connection.scalar(COUNT) or 0), 0)


def read(
    connection: Connection,
    kinds: Sequence[str] = ("page", "category"),
    topics: Sequence[str] = (),
    drop_titles: Sequence[str] = (),
) -> Pairs:
    """Read the pairs in one pass, as binary integers.

    Parameters
    ----------
    kinds : sequence of {"page", "category", "site"}
        Only links of these kinds.
    topics : sequence of str
        Only articles of these topics; articles of all topics if empty.
    drop_titles : sequence of str
        No links of these titles.
    """
    chunks = connection.execute(
        READ, {"kinds": list(kinds), "topics": list(topics), "drop_titles": list(drop_titles)}
    ).scalars()
    rows = np.frombuffer(b"".join(chunks), dtype=">i4").reshape(-1, 3).astype(np.int32)
    article_ids, article_index = np.unique(rows[:, 0], return_inverse=True)
    link_ids, link_index = np.unique(rows[:, 1], return_inverse=True)
    return Pairs(article_ids, link_ids, article_index.astype(np.int32), link_index.astype(np.int32), rows[:, 2].copy())
