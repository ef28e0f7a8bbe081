"""What the judges of an evaluation read: articles by title, the links that each makes, and those of "See also"."""

from collections.abc import Collection
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

Int32 = NDArray[np.int32]


class Sizes(NamedTuple):
    """How many links each stored article makes.

    Attributes
    ----------
    article_ids : int32 array of shape (n_articles,)
        Ascending.
    topic : int32 array of shape (n_articles,)
        Equal numbers for equal topics.
    links : int32 array of shape (n_articles,)
        Distinct links of all kinds; 0 for an article without any.
    """

    article_ids: Int32
    topic: Int32
    links: Int32


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

SIZES = text("""
    select string_agg(int4send(article_id) || int4send(topic) || int4send(links), ''::bytea order by article_id)
    from (select a.article_id, dense_rank() over (order by a.topic)::integer as topic, coalesce(p.links, 0) as links
          from articles a
          left join (select article_id, count(*)::integer as links from article_links group by article_id) p
          using (article_id)) counted
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


def read_sizes(connection: Connection) -> Sizes:
    """The sizes of all articles, read as binary integers like the pairs."""
    data = connection.execute(SIZES).scalar() or b""
    article_ids, topic, links = np.frombuffer(data, dtype=">i4").reshape(-1, 3).T.astype(np.int32)
    return Sizes(article_ids, topic, links)


def read_see_also(connection: Connection) -> SeeAlso:
    """The links of all articles' sections "See also" that lead to another stored article."""
    data = connection.execute(SEE_ALSO).scalar() or b""
    return SeeAlso(*np.frombuffer(data, dtype=">i4").reshape(-1, 3).T.astype(np.int32))
