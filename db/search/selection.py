"""What the articles of a selection have in common, beside all articles of the shelf."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from db.connection import Database


@dataclass(frozen=True, slots=True)
class CommonLink:
    """A link that a selection makes more often than the shelf.

    Attributes
    ----------
    count : int
        How many articles of the selection make it.
    lift : float
        Its share of the selection, divided by its share of the shelf.
    """

    kind: str
    title: str
    count: int
    lift: float


@dataclass(frozen=True, slots=True)
class CommonFacet:
    """A value of a facet that a selection has more often than the shelf; see `CommonLink`."""

    name: str
    value: str
    count: int
    lift: float


# What is common and rare elsewhere comes first: count x log(lift), as in the names of regions.
LINKS = """
    with chosen as materialized (
        select a.article_id from {schema}.articles a where a.article_id = any(%(ids)s::integer[])
    ), sizes as materialized (
        select (select count(*) from chosen)::float as chosen, (select count(*) from {schema}.articles)::float as every
    ), counted as materialized (
        select p.link_id, count(*) as count
        from chosen c join {schema}.article_links p on p.article_id = c.article_id
        group by p.link_id
        order by count(*) desc, p.link_id limit 1000
    )
    select l.kind, l.title, c.count, s.lift
    from counted c
    join {schema}.links l on l.link_id = c.link_id
    cross join lateral (
        select c.count / z.chosen / (greatest(l.article_count, c.count) / z.every) as lift from sizes z
    ) s
    where s.lift > 1
    order by c.count * ln(s.lift) desc, l.link_id limit %(count)s"""
FACETS = """
    with chosen as materialized (
        select a.article_id from {schema}.articles a where a.article_id = any(%(ids)s::integer[])
    ), sizes as materialized (
        select (select count(*) from chosen)::float as chosen, (select count(*) from {schema}.articles)::float as every
    ), counted as materialized (
        select f.name, f.value, count(*) as count
        from chosen c join {schema}.facets f on f.article_id = c.article_id
        group by f.name, f.value
        having count(*) > 1 or (select z.chosen from sizes z) = 1
        order by count(*) desc, f.name, f.value limit 100
    )
    select c.name, c.value, c.count, s.lift
    from counted c
    cross join lateral (
        select c.count / z.chosen / (count(*) / z.every) as lift
        from sizes z, {schema}.facets f where f.name = c.name and f.value = c.value
        group by z.chosen, z.every
    ) s
    where s.lift > 1
    order by c.count * ln(s.lift) desc, c.name, c.value limit %(count)s"""


def common_links(database: Database, article_ids: Sequence[int], count: int = 12) -> list[CommonLink]:
    """The links that tell these articles from the others, first those that tell most; unknown ids count for nothing."""
    return [CommonLink(*row) for row in _fetch(database, LINKS, article_ids, count)]


def common_facets(database: Database, article_ids: Sequence[int], count: int = 12) -> list[CommonFacet]:
    """The values of facets that tell these articles from the others, first those that tell most."""
    return [CommonFacet(*row) for row in _fetch(database, FACETS, article_ids, count)]


def _fetch(database: Database, query: str, article_ids: Sequence[int], count: int) -> list[tuple[Any, ...]]:
    ids = [one for one in article_ids if 0 <= one < 2**31]
    return database.fetch(query.format(schema=database.schema), {"ids": ids, "count": count})
