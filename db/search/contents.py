"""What there is to ask for: the topics of the shelf, and the facets of its articles."""

from collections.abc import Mapping
from dataclasses import dataclass

from db.connection import Database
from db.errors import TopicNotStored
from db.search import arguments


@dataclass(frozen=True, slots=True)
class TopicArticles:
    """A topic, and how many articles it has."""

    topic: str
    articles: int


@dataclass(frozen=True, slots=True)
class FacetValues:
    """A facet: how many values it has, and how many articles have each of the commonest, which come first."""

    facet: str
    values: int
    commonest: Mapping[str, int]


def topics(database: Database) -> list[TopicArticles]:
    """Count the articles of each topic, the largest first."""
    query = f"select topic, count(*) from {database.schema}.articles group by topic order by count(*) desc, topic"
    return [TopicArticles(*row) for row in database.fetch(query, {})]


def facets(database: Database, topic: str | None = None, count: int = 3) -> list[FacetValues]:
    """Count the values of each facet, of all articles or of one topic; the facet with most articles comes first.

    Parameters
    ----------
    count : int
        How many of the commonest values to name.

    Raises
    ------
    TopicNotStored, TextInvalid, CountInvalid
    """
    asked = arguments.read(database.limits, {"topic": topic, "count": count})
    of_topic = f"where article_id in (select article_id from {database.schema}.articles where topic = %(topic)s)"
    query = f"""
        select name, count(*), (array_agg(value order by articles desc, value))[:%(count)s],
               (array_agg(articles order by articles desc, value))[:%(count)s]
        from (select name, value, count(*) as articles from {database.schema}.facets
              {"" if topic is None else of_topic} group by name, value) counted
        group by name order by sum(articles) desc, name"""
    found = database.fetch(query, asked)
    if not found and topic is not None and topic not in (known := [one.topic for one in topics(database)]):
        raise TopicNotStored(topic=topic, known=", ".join(known) or "none at all")
    return [FacetValues(name, values, dict(zip(*common, strict=True))) for name, values, *common in found]
