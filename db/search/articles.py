"""Articles near an article, a link, or somebody's taste."""

import math
from collections.abc import Sequence

from sqlalchemy import Connection

from db.connection import Database
from db.errors import DiversityInvalid, NothingLiked, WeightsInvalid
from db.search import run
from db.search.diagnose import check_article, check_link
from db.search.facets import Facets, as_json, check_stored
from db.search.records import SimilarArticle

FILTERS = "%(topic)s::text, %(facets)s::jsonb"
SIMILAR_ARTICLES = f"""
    select * from similar_articles(
        %(title)s::{{type}}, %(count)s, {FILTERS}, %(same_author)s, %(same_series)s, %(least)s, %(exact)s)"""
ARTICLES_NEAR_LINK = f"select * from articles_near_link(%(title)s, %(count)s, {FILTERS})"
RECOMMEND_ARTICLES = f"""
    select * from recommend_articles(
        %(likes)s::text[], %(dislikes)s::text[], %(weights)s::double precision[], %(count)s, {FILTERS},
        %(diversity)s)"""


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
) -> list[SimilarArticle]:
    """The articles most like one article, most similar first.

    Parameters
    ----------
    title : str or int
        Title or alias, or as a number its article_id; it is not in the answer.
    topic : str or None
        Only articles of this topic.
    facets : Facets or None
        Only articles with one of the values of each name; a year may be a range, "1950..1980", "1950..", "..1980".
    same_author, same_series : bool or None
        True: only articles that share an author (a series) with it; False: only those that share none.
    least : bool
        Those least like it, the least similar first.
    exact : bool
        Compare all, where the index may miss one in a hundred.

    Raises
    ------
    ArticleNotFound, ArticleWithoutVector, NoActiveModel, TopicNotStored, FacetNotStored
    FacetInvalid, YearInvalid, TextInvalid
    """
    query = SIMILAR_ARTICLES.format(type="integer" if isinstance(title, int) else "text")
    asked = {
        "title": title,
        "count": count,
        "topic": topic,
        "facets": as_json(facets),
        "same_author": same_author,
        "same_series": same_series,
        "least": least,
        "exact": exact,
    }

    def explain(connection: Connection) -> None:
        check_article(connection, title)
        check_stored(connection, topic, facets)

    return [SimilarArticle(*row) for row in run.rows(database, query, asked, explain)]


def articles_near_link(
    database: Database, title: str, count: int = 10, topic: str | None = None, facets: Facets | None = None
) -> list[SimilarArticle]:
    """The articles nearest to a link, whether they make it or not; the filters are those of `similar_articles`.

    Raises
    ------
    LinkNotFound, LinkWithoutVector, NoActiveModel, TopicNotStored, FacetNotStored
    FacetInvalid, YearInvalid, TextInvalid
    """
    asked = {"title": title, "count": count, "topic": topic, "facets": as_json(facets)}

    def explain(connection: Connection) -> None:
        check_link(connection, title)
        check_stored(connection, topic, facets)

    return [SimilarArticle(*row) for row in run.rows(database, ARTICLES_NEAR_LINK, asked, explain)]


def recommend_articles(
    database: Database,
    likes: Sequence[str],
    dislikes: Sequence[str] = (),
    weights: Sequence[float] | None = None,
    count: int = 10,
    topic: str | None = None,
    facets: Facets | None = None,
    diversity: float = 0.0,
) -> list[SimilarArticle]:
    """Articles for somebody who likes these and dislikes those, best first; none of the given ones.

    Parameters
    ----------
    likes, dislikes : sequence of str
        Titles or aliases, in any order.
    weights : sequence of float or None
        One for each of `likes`, more than 0; None for 1 each.
    diversity : float
        0 (the nearest) to 1 (each as unlike those before it as can be).

    Raises
    ------
    NothingLiked, WeightsInvalid, DiversityInvalid, ArticleNotFound, ArticleWithoutVector, NoActiveModel
    TopicNotStored, FacetNotStored, FacetInvalid, YearInvalid, TextInvalid
    """
    _check_taste(likes, weights, diversity)
    asked = {
        "likes": list(likes),
        "dislikes": list(dislikes),
        "weights": weights if weights is None else [float(weight) for weight in weights],
        "count": count,
        "topic": topic,
        "facets": as_json(facets),
        "diversity": diversity,
    }
    run.check_text("likes", asked["likes"])
    run.check_text("dislikes", asked["dislikes"])
    with database.session() as connection:
        for title in (*likes, *dislikes):
            check_article(connection, title)
    found = run.rows(database, RECOMMEND_ARTICLES, asked, lambda connection: check_stored(connection, topic, facets))
    return [SimilarArticle(*row) for row in found]


def _check_taste(likes: Sequence[str], weights: Sequence[float] | None, diversity: float) -> None:
    if isinstance(likes, str) or not likes:
        raise NothingLiked
    if weights is not None and (
        len(weights) != len(likes) or not all(math.isfinite(weight) and weight > 0 for weight in weights)
    ):
        raise WeightsInvalid(weights=", ".join(map(str, weights)), likes=len(likes))
    if not 0 <= diversity <= 1:
        raise DiversityInvalid(diversity=diversity)
