"""Check the facets that answers must have."""

import json
import re
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection, text

from db import pairs
from db.errors import FacetInvalid, FacetNotStored, TooMany, TopicNotStored, YearInvalid
from db.search.run import check_text

# An article matches if it has one of the values of every name, as in {"genre": ["Fantasy"], "country": ["France",
# "Italy"], "year": "1950..1980"}
Facets = Mapping[str, str | int | Sequence[str | int]]

# The values of all names are counted together, because each costs a scan of an index.
MOST_VALUES = 100

_YEARS = re.compile(r"\d{4}|\d{4}\.\.\d{4}|\d{4}\.\.|\.\.\d{4}")

# Finds each name by one step in the index on (name, ...), because there are millions of rows and some dozen names.
NAMES = text("""
    with recursive names as (
        (select name from facets order by name limit 1)
        union all
        select (select f.name from facets f where f.name > n.name order by f.name limit 1) from names n
        where n.name is not null
    )
    select name from names n
    where name is not null
      and (cast(:topic as text) is null
           or exists (select from facets f join articles a using (article_id)
                      where f.name = n.name and a.topic = :topic))
    order by name""")


def as_json(facets: Facets | None) -> str | None:
    """Return the facets as the SQL functions take them.

    Raises
    ------
    FacetInvalid, YearInvalid, TextInvalid, TooMany
    """
    if facets is None:
        return None
    if not isinstance(facets, Mapping):
        raise FacetInvalid(name="facets", value=facets)
    values = {_name(name): _values(name, value) for name, value in facets.items()}
    given = sum(map(len, values.values()))
    if given > MOST_VALUES:
        raise TooMany(field="facets", most=MOST_VALUES, given=given)
    return json.dumps(values)


def check_stored(connection: Connection, topic: str | None, facets: Facets | None) -> None:
    """Raise the reason why nothing can match: there is no such topic, or none of its articles has such a facet.

    Raises
    ------
    TopicNotStored, FacetNotStored
    """
    if topic is not None and topic not in (known := pairs.topics(connection)):
        raise TopicNotStored(topic=topic, known=", ".join(known) or "none at all")
    if facets:
        names = list(connection.scalars(NAMES, {"topic": topic}))
        for name in facets:
            if name not in names:
                of_topic = f" of the topic {topic}" if topic else ""
                raise FacetNotStored(name=name, of_topic=of_topic, known=", ".join(names) or "no facets")


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise FacetInvalid(name=name, value="")
    check_text("facets", name)
    return name


def _values(name: str, value: Any) -> list[str]:
    values = list(value) if isinstance(value, Sequence) and not isinstance(value, str) else [value]
    if not values or any(isinstance(item, bool) or not isinstance(item, str | int) for item in values):
        raise FacetInvalid(name=name, value=value)
    texts = [str(item) for item in values]
    check_text("facets", texts)
    for year in texts if name == "year" else ():
        low, _, high = year.partition("..")
        if not _YEARS.fullmatch(year) or (low and high and low > high):
            raise YearInvalid(year=year)
    return texts
