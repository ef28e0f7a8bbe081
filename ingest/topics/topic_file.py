"""A file of topics, read and checked. The top of topics.toml shows the form.

Our file and a user's are read alike. A mistake in either is one line that names the file, the topic and what to write.
"""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple, get_args

from ingest.errors import BadTopicFile

Reading = Literal["words", "countries", "languages", "people", "works", "phrases", "series", "taxa", "year"]
READING_NAMES: tuple[Reading, ...] = get_args(Reading)

_SQL_NAME = re.compile(r"[a-z_][a-z0-9_]{0,62}")  # it needs no quotes; PostgreSQL cuts names at 63 bytes
_TABLES_AND_VIEWS = (
    "articles links article_links aliases facets models imports article_vectors link_vectors alembic_version"
    " article_positions map_regions"
)
_RESERVED = """
all analyse analyze and any array as asc asymmetric both case cast check collate column constraint create
current_catalog current_date current_role current_time current_timestamp current_user default deferrable desc distinct
do else end except false fetch for foreign from grant group having in initially intersect into lateral leading limit
localtime localtimestamp not null offset on only or order placing primary references returning select session_user
some symmetric system_user table then to trailing true union unique user using variadic when where window with
"""  # https://www.postgresql.org/docs/current/sql-keywords-appendix.html
_COLUMNS_OF_VIEWS = "article_id page_id title infobox revision_id revised_at text_length embedding"
_SEPARATOR = re.compile(r"[ \-]+")
_TOPIC_KEYS = ("view", "infoboxes", "facets")
_SEE_THE_FORM = "the top of ingest/topics/topics.toml shows the form"


class Facet(NamedTuple):
    """A facet, the reading that divides its values, and the infobox parameters that may hold it."""

    name: str
    reading: Reading
    parameters: tuple[str, ...]


class Topic(NamedTuple):
    """A class of articles, its view in SQL, the infoboxes that make it, and its facets."""

    name: str
    view: str
    infoboxes: tuple[str, ...]
    facets: tuple[Facet, ...]


class Topics(NamedTuple):
    """Topics by name, and the readings by the names of their facets."""

    topics: Mapping[str, Topic]
    readings: Mapping[str, Reading]


NO_TOPICS = Topics({}, {})


def read_topic_file(path: Path, known: Topics = NO_TOPICS) -> Topics:
    """Read a file that adds topics to the known ones, and replaces those of the same name.

    Raises
    ------
    BadTopicFile
    """
    settings = _load(path)
    for key in settings.keys() - {"reading", "topics"}:
        raise _bad(path, f"[{key}]", "is not known", "write [topics.NAME] or [reading]")
    own = _table(path, settings, "reading")
    readings = {**known.readings, **{facet: _reading(path, facet, text) for facet, text in own.items()}}
    tables = _table(path, settings, "topics")
    topics = {**known.topics, **{name: _topic(path, name, tables, readings) for name in tables}}
    _check_views(path, topics)
    return Topics(topics, readings)


def parameter_name(text: str) -> str:
    """A parameter's name in one spelling: `Followed by`, `followed-by` and `followed_by` are the same."""
    return _SEPARATOR.sub("_", text.strip().lower())


def _bad(path: Path, culprit: str, reason: str, remedy: str = _SEE_THE_FORM) -> BadTopicFile:
    return BadTopicFile(path=path, culprit=culprit, reason=reason, remedy=remedy)


def _load(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise _bad(path, "the file", f"cannot be read ({error.strerror})", "give a TOML file of topics") from None
    except ValueError as error:  # of tomllib or of the decoder
        raise _bad(path, "the file", f"is not TOML ({error})") from None


def _table(path: Path, settings: Mapping[str, Any], key: str, culprit: str = "the file") -> dict[str, Any]:
    table = settings.get(key, {})
    if not isinstance(table, dict) or not (table or key == "reading"):
        raise _bad(path, culprit, f'has no table "{key}"')
    return table


def _reading(path: Path, facet: str, text: Any) -> Reading:
    allowed = ("year",) if facet == "year" else READING_NAMES  # the column "year" of a view is an integer
    for reading in allowed:
        if reading == text:
            return reading
    raise _bad(path, f"[reading] {facet}", f"is {text!r}", f"write one of {', '.join(allowed)}")


def _topic(path: Path, name: str, tables: Mapping[str, Any], readings: Mapping[str, Reading]) -> Topic:
    culprit = f'topic "{name}"'
    table = _table(path, tables, name, culprit)
    for key in table.keys() ^ set(_TOPIC_KEYS):
        reason = f'has the unknown key "{key}"' if key in table else f'has no "{key}"'
        raise _bad(path, culprit, reason, f"its keys are {', '.join(_TOPIC_KEYS)}")
    facets = _table(path, table, "facets", culprit)
    return Topic(
        name,
        _identifier(path, culprit, "view", table["view"], _TABLES_AND_VIEWS),
        _texts(path, culprit, "infoboxes", table["infoboxes"]),
        tuple(_facet(path, culprit, facet, parameters, readings) for facet, parameters in facets.items()),
    )


def _facet(path: Path, culprit: str, name: str, parameters: Any, readings: Mapping[str, Reading]) -> Facet:
    _identifier(path, culprit, "facet", name, _COLUMNS_OF_VIEWS)
    if name not in readings:
        remedy = f'write {name} = "words" into its [reading], or another of {", ".join(READING_NAMES)}'
        raise _bad(path, culprit, f'has the facet "{name}" without a reading', remedy)
    texts = _texts(path, culprit, f"facets.{name}", parameters)
    return Facet(name, readings[name], tuple(map(parameter_name, texts)))


def _texts(path: Path, culprit: str, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(isinstance(text, str) and text.strip() for text in value):
        raise _bad(path, culprit, f'has "{key}" = {value!r}', f'write a list of names: {key} = ["..."]')
    return tuple(value)


def _identifier(path: Path, culprit: str, key: str, value: Any, taken: str) -> str:
    if not isinstance(value, str) or not _SQL_NAME.fullmatch(value) or value in _RESERVED.split():
        raise _bad(path, culprit, f"has the {key} {value!r}", "write a name that SQL takes without quotes")
    if value in taken.split():
        raise _bad(path, culprit, f"has the {key} {value!r}", "that name is taken in the database: choose another")
    return value


def _check_views(path: Path, topics: Mapping[str, Topic]) -> None:
    owners: dict[str, str] = {}
    for topic in topics.values():
        owner = owners.setdefault(topic.view, topic.name)
        if owner != topic.name:
            reason = f'has the view "{topic.view}" of the topic "{owner}"'
            raise _bad(path, f'topic "{topic.name}"', reason, "choose another name")
