"""Links near a link or an article."""

from typing import get_args

from db.connection import Database
from db.errors import KindInvalid
from db.importing.records import LinkKind
from db.search import diagnose
from db.search.records import NearLink, SimilarLink
from db.search.run import rows_or_reason


def similar_links(database: Database, title: str, count: int = 10, kind: str | None = None) -> list[SimilarLink]:
    """The links most like the one of this title or alias; see `api.Shelf.similar_links`."""
    if kind is not None and kind not in get_args(LinkKind):
        raise KindInvalid(kind=kind)
    asked = {"title": title, "count": count, "kind": kind}
    found = rows_or_reason(database, "similar_links", asked, lambda connection: diagnose.check_link(connection, title))
    return [SimilarLink(*row) for row in found]


def links_near_article(database: Database, title: str, count: int = 10) -> list[NearLink]:
    """The links that an article does not make and most likely would; see `api.Shelf.links_near_article`."""
    asked = {"title": title, "count": count}
    found = rows_or_reason(
        database, "links_near_article", asked, lambda connection: diagnose.check_article(connection, title)
    )
    return [NearLink(*row) for row in found]
