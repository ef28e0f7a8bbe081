"""Links near a link or an article."""

from typing import get_args

from db.connection import Database
from db.errors import KindInvalid
from db.importing.records import LinkKind
from db.search import run
from db.search.diagnose import check_article, check_link
from db.search.records import NearLink, SimilarLink

SIMILAR_LINKS = "select * from similar_links(%(title)s, %(count)s, %(kind)s)"
LINKS_NEAR_ARTICLE = "select * from links_near_article(%(title)s, %(count)s)"


def similar_links(database: Database, title: str, count: int = 10, kind: str | None = None) -> list[SimilarLink]:
    """The links most like the one of this title or alias, most similar first.

    Parameters
    ----------
    kind : {"page", "category", "site"} or None
        Only links of this kind.

    Raises
    ------
    LinkNotFound, LinkWithoutVector, NoActiveModel, KindInvalid, TextInvalid
    """
    if kind is not None and kind not in get_args(LinkKind):
        raise KindInvalid(kind=kind)
    asked = {"title": title, "count": count, "kind": kind}
    found = run.rows(database, SIMILAR_LINKS, asked, lambda connection: check_link(connection, title))
    return [SimilarLink(*row) for row in found]


def links_near_article(database: Database, title: str, count: int = 10) -> list[NearLink]:
    """The links that an article does not make and most likely would, the likeliest first.

    Raises
    ------
    ArticleNotFound, ArticleWithoutVector, NoActiveModel, TextInvalid
    """
    asked = {"title": title, "count": count}
    found = run.rows(database, LINKS_NEAR_ARTICLE, asked, lambda connection: check_article(connection, title))
    return [NearLink(*row) for row in found]
