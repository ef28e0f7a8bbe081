"""Articles near an article, a link, or somebody's taste."""

import math
from collections.abc import Iterable, Sequence
from typing import Any

from db.connection import Database
from db.errors import ArticleNotFound, NothingLiked, WeightsInvalid
from db.link import Link
from db.search import arguments, diagnose
from db.search.facets import Facets, as_json, check_stored
from db.search.records import SimilarArticle
from db.search.run import call, fetched, rows_or_reason

# The default of recommendations: docs/measured-quality.md has what was measured. SQL has the same.
RECOMMENDED_PROMINENCE = 0.3


def similar_articles(
    database: Database,
    title: str | int,
    count: int = 10,
    topic: str | None = None,
    facets: Facets | None = None,
    same_author: bool | None = None,
    same_series: bool | None = None,
    least: bool = False,
    exact: bool = False,
    prominence: float = 0.0,
    exclude: Sequence[str] = (),
    exclude_ids: Sequence[int] = (),
    min_similarity: float | None = None,
) -> list[SimilarArticle]:
    """The articles most like one article; see `api.Shelf.similar_articles` for the arguments and errors."""
    asked = {
        **arguments.article(title),
        "count": count,
        "topic": topic,
        "facets": as_json(facets),
        "same_author": same_author,
        "same_series": same_series,
        "least": least,
        "exact": exact,
        "prominence": prominence,
        "exclude": exclude,
        "exclude_ids": exclude_ids,
        "min_similarity": min_similarity,
    }

    def why(connection: Link) -> None:
        diagnose.check_article(connection, title)
        check_stored(connection, topic, facets)

    return [SimilarArticle(*row) for row in rows_or_reason(database, "similar_articles", asked, why)]


def articles_near_link(
    database: Database,
    title: str,
    count: int = 10,
    topic: str | None = None,
    facets: Facets | None = None,
    prominence: float = 0.0,
    exclude: Sequence[str] = (),
    exclude_ids: Sequence[int] = (),
    min_similarity: float | None = None,
) -> list[SimilarArticle]:
    """The articles nearest to a link, whether they make it or not; see `api.Shelf.articles_near_link`."""
    asked = {
        "title": title,
        "count": count,
        "topic": topic,
        "facets": as_json(facets),
        "prominence": prominence,
        "exclude": exclude,
        "exclude_ids": exclude_ids,
        "min_similarity": min_similarity,
    }

    def why(connection: Link) -> None:
        diagnose.check_link(connection, title)
        check_stored(connection, topic, facets)

    return [SimilarArticle(*row) for row in rows_or_reason(database, "articles_near_link", asked, why)]


def recommend_articles(
    database: Database,
    likes: Sequence[str | int],
    dislikes: Sequence[str | int] = (),
    weights: Sequence[float] | None = None,
    count: int = 10,
    topic: str | None = None,
    facets: Facets | None = None,
    diversity: float = 0.0,
    prominence: float = RECOMMENDED_PROMINENCE,
    exclude: Sequence[str] = (),
    exclude_ids: Sequence[int] = (),
    min_similarity: float | None = None,
) -> list[SimilarArticle]:
    """Articles for somebody who likes these and dislikes those; see `api.Shelf.recommend_articles`."""
    asked = arguments.read(
        database.limits,
        {
            "likes": _titles(database, "likes", likes),
            "dislikes": _titles(database, "dislikes", dislikes),
            "weights": weights,
            "count": count,
            "topic": topic,
            "facets": as_json(facets),
            "diversity": diversity,
            "prominence": prominence,
            "exclude": exclude,
            "exclude_ids": exclude_ids,
            "min_similarity": min_similarity,
        },
    )
    _check_taste(asked["likes"], asked["weights"])
    found = fetched(
        database, _query(database.schema, tuple(asked)), asked,
        lambda connection: check_stored(connection, topic, facets),
    )  # fmt: skip
    unknown = [title for *_, title in found if title is not None]
    if unknown or not found:
        with database.reading() as connection:
            for title in unknown:
                diagnose.check_article(connection, title)
            check_stored(connection, topic, facets)
    return [SimilarArticle(*row[:-1]) for row in found if row[-1] is None]


def _titles(database: Database, field: str, articles: Iterable[Any]) -> list[str]:
    """The titles, in which article_ids have become the titles of their articles.

    Raises
    ------
    ArticleNotFound, ArgumentInvalid, TitlesInvalid, TooMany
    """
    given = arguments.several(field, articles, database.limits.titles)
    asked = [one if isinstance(one, str) else int(arguments.article(one)["article_id"]) for one in given]
    ids = [one for one in asked if isinstance(one, int)]
    if not ids:
        return given
    query = f"select article_id, title from {database.schema}.articles where article_id = any(%(ids)s::bigint[])"
    title_of: dict[str | int, str] = dict(database.fetch(query, {"ids": ids}))
    for article_id in ids:
        if article_id not in title_of:
            raise ArticleNotFound(title=article_id, suggestions="")
    return [one if isinstance(one, str) else title_of[one] for one in asked]


def _query(schema: str, arguments: tuple[str, ...]) -> str:
    """The answer and a row for each title without a vector; both come from one statement, and so one model."""
    return f"""
        select r.*, null as unknown from ({call(schema, "recommend_articles", arguments)}) r
        union all
        select null, null, null, null, null, t.title
        from unnest(%(likes)s::text[] || %(dislikes)s::text[]) t(title)
        where {schema}.article_embedding({schema}.find_article(t.title)) is null"""


def _check_taste(likes: Sequence[str], weights: Sequence[float] | None) -> None:
    if not likes:
        raise NothingLiked
    if weights is not None and (
        len(weights) != len(likes) or not all(math.isfinite(weight) and weight > 0 for weight in weights)
    ):
        raise WeightsInvalid(weights=", ".join(map(str, weights)), likes=len(likes))
