"""Which article makes which link: the pairs wait in the staging area as packed numbers, and numpy gives them their ids.

This costs a third of what joins and a sort in SQL do. Each batch of pairs is read once, in the order of the parts, so
the cost grows with the pairs, however many parts there are.
"""

from collections.abc import Sequence
from itertools import groupby
from operator import attrgetter

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from db import binary_copy
from db.importing.streams import stream
from db.pairs import Int32

# The ids of each part's links and articles by their numbers, which have no gaps; -1 for an article that was replaced.
IDS = """
    select part, links, articles
    from (select part, string_agg(int4send(link_id), ''::bytea order by number) as links
          from merged_links group by part) l
    join (select part, string_agg(int4send(coalesce(article_id, -1)), ''::bytea order by row) as articles
          from _staging_articles left join merged_articles using (part, row) group by part) a using (part)
    order by part"""


def stage(connection: Connection, part: int, batch: int, pairs: Sequence[tuple[int, int, int, bool]]) -> None:
    """Stage a batch of a part: the article's row, the link's number, how often it occurs, whether in "See also"."""
    packed = np.array(pairs, dtype=np.int32).reshape(-1, 4).T.tobytes()
    row = {"part": part, "batch": batch, "pairs": packed}
    connection.execute(text("insert into _staging_pairs values (:part, :batch, :pairs)"), row)


def merge(connection: Connection) -> int:
    """Give the staged pairs their ids and store them; two links of an article that lead to one page become one pair.

    Those of a first import go into `article_links`, and how many articles make each link into `counted_links`, which
    takes 4 bytes of memory for each link. Those of an update wait in `merged_pairs`.

    Returns
    -------
    int
        How many pairs were stored.
    """
    query = "select exists (select from set_aside), coalesce((select max(link_id) from fresh_links), 0)"
    is_first, last_link = connection.execute(text(query)).one()
    article_counts = np.zeros(last_link + 1, dtype=np.int32)
    target = "article_links" if is_first else "merged_pairs"
    batches = stream(connection, "select part, pairs from _staging_pairs order by part, batch", 1)
    stored = 0
    for ids, (_, of_part) in zip(stream(connection, IDS, 1), groupby(batches, attrgetter("part")), strict=True):
        article_of, link_of = np.frombuffer(ids.articles, dtype=">i4"), np.frombuffer(ids.links, dtype=">i4")
        for batch in of_part:
            row, number, occurrences, see_also = np.frombuffer(batch.pairs, dtype=np.int32).reshape(4, -1)
            columns = _distinct(article_of[row], link_of[number], occurrences, see_also)
            binary_copy.copy_in(connection, target, binary_copy.rows(*columns))
            stored += len(columns[0])
            if is_first:
                np.add.at(article_counts, columns[1], 1)
    made = np.flatnonzero(article_counts).astype(np.int32)
    binary_copy.copy_in(connection, "counted_links", binary_copy.rows(made, article_counts[made]))
    return stored


def _distinct(
    article_id: Int32, link_id: Int32, occurrences: Int32, see_also: Int32
) -> tuple[Int32, Int32, Int32, NDArray[np.bool_]]:
    """Return each pair once, in order, with the sum of its occurrences; leave out pairs that have no article.

    Where several links lead to one page, one of them in the section "See also" is enough.
    """
    known = article_id >= 0
    keys, position = np.unique(
        article_id[known].astype(np.int64) << 32 | link_id[known].astype(np.int64), return_inverse=True
    )
    times = np.bincount(position, weights=occurrences[known], minlength=len(keys))
    related = np.bincount(position, weights=see_also[known], minlength=len(keys)) > 0
    return (keys >> 32).astype(np.int32), (keys & 0xFFFFFFFF).astype(np.int32), times.astype(np.int32), related
