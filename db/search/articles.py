"""Articles near an article, a link, or somebody's taste."""

import math
import operator
from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection

from db.connection import Database
from db.errors import (
    DiversityInvalid,
    NothingLiked,
    ProminenceInvalid,
    SimilarityInvalid,
    TitlesInvalid,
    TooMany,
    WeightsInvalid,
)
from db.search import diagnose
from db.search.facets import Facets, as_json, check_stored
from db.search.records import SimilarArticle
from db.search.run import call, check, rows_or_reason

# The default of recommendations: docs/training.md has what was measured. SQL has the same.
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
        **diagnose.article(title),
        "count": count,
        "topic": topic,
        "facets": as_json(facets),
        "same_author": same_author,
        "same_series": same_series,
        "least": least,
        "exact": exact,
        **_ranking(database, prominence, exclude, exclude_ids, min_similarity),
    }

    def why(connection: Connection) -> None:
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
        **_ranking(database, prominence, exclude, exclude_ids, min_similarity),
    }

    def why(connection: Connection) -> None:
        diagnose.check_link(connection, title)
        check_stored(connection, topic, facets)

    return [SimilarArticle(*row) for row in rows_or_reason(database, "articles_near_link", asked, why)]


def recommend_articles(
    database: Database,
    likes: Sequence[str],
    dislikes: Sequence[str] = (),
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
    _check_taste(database.limits.titles, likes, dislikes, weights, diversity)
    asked = {
        "likes": list(likes),
        "dislikes": list(dislikes),
        "weights": weights if weights is None else [float(weight) for weight in weights],
        "count": count,
        "topic": topic,
        "facets": as_json(facets),
        "diversity": diversity,
        **_ranking(database, prominence, exclude, exclude_ids, min_similarity),
    }
    check(database, asked)
    found = _recommended(database, asked)
    unknown = [title for *_, title in found if title is not None]
    if unknown or not found:
        with database.transaction() as connection:
            for title in unknown:
                diagnose.check_article(connection, title)
            check_stored(connection, topic, facets)
    return [SimilarArticle(*row[:-1]) for row in found if row[-1] is None]


def _ranking(
    database: Database,
    prominence: float,
    exclude: Sequence[str],
    exclude_ids: Sequence[int],
    min_similarity: float | None,
) -> dict[str, Any]:
    """The arguments that all three verbs share.

    Raises
    ------
    ProminenceInvalid, SimilarityInvalid, TitlesInvalid, TooMany
    """
    if not -1 <= prominence <= 1:
        raise ProminenceInvalid(prominence=prominence)
    if min_similarity is not None and not -1 <= min_similarity <= 1:
        raise SimilarityInvalid(similarity=min_similarity)
    _check_titles(database.limits.titles, exclude=exclude, exclude_ids=exclude_ids)
    return {
        "prominence": prominence,
        "exclude": list(exclude),
        "exclude_ids": [one for one in map(operator.index, exclude_ids) if 0 <= one < 2**31],  # no article has others
        "min_similarity": min_similarity,
    }


def _check_titles(most: int, **titles: Sequence[Any]) -> None:
    for field, values in titles.items():
        if isinstance(values, str):
            raise TitlesInvalid(field=field, value=values)
        if len(values) > most:
            raise TooMany(field=field, most=most, given=len(values))


def _recommended(database: Database, asked: dict[str, Any]) -> list[tuple[Any, ...]]:
    """Fetch the answer and a row for each title without a vector; both come from one statement, and so one model."""
    schema = database.schema
    query = f"""
        select r.*, null as unknown from ({call(schema, "recommend_articles", tuple(asked))}) r
        union all
        select null, null, null, null, null, t.title
        from unnest(%(likes)s::text[] || %(dislikes)s::text[]) t(title)
        where {schema}.article_embedding({schema}.find_article(t.title)) is null"""
    return database.fetch(query, asked)


def _check_taste(
    most: int, likes: Sequence[str], dislikes: Sequence[str], weights: Sequence[float] | None, diversity: float
) -> None:
    _check_titles(most, likes=likes, dislikes=dislikes)
    if not likes:
        raise NothingLiked
    if weights is not None and (
        len(weights) != len(likes) or not all(math.isfinite(weight) and weight > 0 for weight in weights)
    ):
        raise WeightsInvalid(weights=", ".join(map(str, weights)), likes=len(likes))
    if not 0 <= diversity <= 1:
        raise DiversityInvalid(diversity=diversity)
