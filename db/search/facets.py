"""Check the facets that answers must have."""

import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from db.errors import ArgumentInvalid, FacetInvalid, FacetNotStored, TooMany, TopicNotStored, YearInvalid
from db.link import Link
from db.search import arguments
from db.search.diagnose import scalar, scalars

# An article matches if it has one of the values of every name, as in {"genre": ["Fantasy"], "country": ["France",
# "Italy"], "year": "1950..1980"}
Facets = Mapping[str, str | int | Sequence[str | int]]

# The values of all names are counted together, because each costs a scan of an index.
MOST_VALUES = 100

_YEARS = re.compile(r"(?=.*[0-9])(-?[0-9]{1,4})?(?:\.\.(-?[0-9]{1,4})?)?")

# The names of the facets, or of those that the first thousand articles of a topic have.
NAMES = """
    select label from _known_labels() where kind = 'facet' and %(topic)s::text is null
    union
    select f.name
    from (select article_id from articles where topic = %(topic)s::text order by article_id limit 1000) a
    join facets f using (article_id)
    order by 1"""
# Whether another article of the topic may have the facet; of one that more than 10,000 articles have, nobody counts.
OTHERS = """
    select count(*) > 10000 or count(a.article_id) > 0
    from (select article_id from facets where name = %(name)s::text limit 10001) f
    left join articles a on a.article_id = f.article_id and a.topic = %(topic)s::text"""


def topics(connection: Link) -> list[str]:
    """The topics that have articles, those with most first."""
    return scalars(connection, "select topic from articles group by topic order by count(*) desc, topic")


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


def check_stored(connection: Link, topic: str | None, facets: Facets | None) -> None:
    """Raise the reason why nothing can match: there is no such topic, or none of its articles has such a facet.

    Raises
    ------
    TopicNotStored, FacetNotStored
    """
    if topic is not None and topic not in (known := topics(connection)):
        raise TopicNotStored(topic=topic, known=", ".join(known) or "none at all")
    if facets:
        names = scalars(connection, NAMES, topic=topic)
        for name in (unicodedata.normalize("NFC", one) for one in facets):
            if name not in names and not (topic and scalar(connection, OTHERS, name=name, topic=topic)):
                of_topic = f" of the topic {topic}" if topic else ""
                raise FacetNotStored(name=name, of_topic=of_topic, known=", ".join(names) or "no facets")


def _name(name: Any) -> str:
    if not isinstance(name, str):
        raise FacetInvalid(name=name, value="")
    arguments.text("facets", name)
    return name


def _values(name: str, value: Any) -> list[str]:
    values = list(value) if isinstance(value, Iterable) and not isinstance(value, str | bytes | Mapping) else [value]
    if not values:
        raise FacetInvalid(name=name, value=value)
    texts = [_text(name, one) for one in values]
    for year in texts if name == "year" else ():
        asked = _YEARS.fullmatch(year)
        if not asked or (asked[1] and asked[2] and int(asked[1]) > int(asked[2])):
            raise YearInvalid(year=year)
    return texts


def _text(name: str, value: Any) -> str:
    try:
        return arguments.text("facets", value if isinstance(value, str) else str(arguments.whole("facets", value)))
    except ArgumentInvalid:
        raise FacetInvalid(name=name, value=value) from None
