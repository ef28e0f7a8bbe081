"""What the judges of an evaluation read: articles by title, the links that each makes, and those of "See also"."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

Int32 = NDArray[np.int32]


class Prominences(NamedTuple):
    """How prominent each article is beside the others of its topic, as the last import left it.

    Attributes
    ----------
    article_ids : int32 array of shape (n_articles,)
        Ascending.
    topic : int32 array of shape (n_articles,)
        Equal numbers for equal topics.
    z : float32 array of shape (n_articles,)
        Standard deviations from the topic's mean, from -3 to 3.
    """

    article_ids: Int32
    topic: Int32
    z: NDArray[np.float32]

    def of(self, article_ids: Int32) -> "Prominences":
        """The same of these articles alone, which must be known."""
        places = np.searchsorted(self.article_ids, article_ids)
        return Prominences(article_ids, self.topic[places], self.z[places])


class SeeAlso(NamedTuple):
    """Links from a section "See also" to another stored article, ordered by article then link.

    Attributes
    ----------
    article_ids, link_ids, target_ids : int32 arrays of shape (n,)
        The article with the section, the link, and the article that it leads to.
    """

    article_ids: Int32
    link_ids: Int32
    target_ids: Int32


FIND = text("""
    select title, article_id
    from unnest(cast(:titles as text[])) title
    cross join lateral (select find_article(title) as article_id offset 0) found
    where article_id is not null
""")

PROMINENCES = text("""
    select string_agg(int4send(article_id) || int4send(topic) || float4send(prominence), ''::bytea order by article_id)
    from (select article_id, dense_rank() over (order by topic)::integer as topic, prominence from articles) a
""")

SEE_ALSO = text("""
    select string_agg(int4send(p.article_id) || int4send(p.link_id) || int4send(l.article_id), ''::bytea
                      order by p.article_id, p.link_id)
    from article_links p join links l using (link_id)
    where p.see_also and l.article_id <> p.article_id
""")


def find_articles(connection: Connection, titles: Collection[str]) -> dict[str, int]:
    """The article ids of these titles or aliases, of those that exist."""
    rows = connection.execute(FIND, {"titles": list(titles)})
    return {row.title: row.article_id for row in rows}


def read_prominences(connection: Connection) -> Prominences:
    """The prominences of all articles, read as binary numbers like the pairs."""
    data = connection.execute(PROMINENCES).scalar() or b""
    rows = np.frombuffer(data, dtype=[("article_id", ">i4"), ("topic", ">i4"), ("z", ">f4")])
    return Prominences(rows["article_id"].astype("i4"), rows["topic"].astype("i4"), rows["z"].astype("f4"))


def read_see_also(connection: Connection) -> SeeAlso:
    """The links of all articles' sections "See also" that lead to another stored article."""
    data = connection.execute(SEE_ALSO).scalar() or b""
    return SeeAlso(*np.frombuffer(data, dtype=">i4").reshape(-1, 3).T.astype(np.int32))
