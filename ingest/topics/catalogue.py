"""Topics: which infoboxes make an article, and which facets are read from them (topics.toml, languages/)."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from xml.sax.saxutils import escape

from ingest.errors import InfoboxOfTwoTopics, UnknownTopic
from ingest.topics.topic_file import Facet, Topic, parameter_name, read_topic_file

__all__ = [
    "DEFAULT_TOPIC",
    "Facet",
    "Topic",
    "by_infobox",
    "candidate_pattern",
    "in_language",
    "languages",
    "load_topics",
]

DEFAULT_TOPIC = "book"

_FOLDER = Path(__file__).parent
# What MediaWiki reads as the one space between two words of a template's name, as it looks in raw XML.
_SPACE = rb"(?:(?:[\s_]|\xc2\xa0|&amp;nbsp;|(?>&lt;!--.{0,200}?--&gt;))++)"


def load_topics(names: Iterable[str] | None = (DEFAULT_TOPIC,), file: Path | None = None) -> list[Topic]:
    """The topics of these names, in the order given.

    Parameters
    ----------
    names : iterable of str or None
        Names of topics; repeats count once, and None stands for all.
    file : Path, optional
        A user's TOML file. Its topics are added to ours, and replace those of the same name.

    Raises
    ------
    UnknownTopic, BadTopicFile, InfoboxOfTwoTopics
    """
    known = read_topic_file(_FOLDER / "topics.toml")
    topics = (read_topic_file(file, known) if file else known).topics
    names = topics if names is None else list(names)
    for name in names:
        if name not in topics:
            raise UnknownTopic(topic=name, known=", ".join(topics))
    wanted = [topics[name] for name in dict.fromkeys(names)]
    by_infobox(wanted)
    return wanted


def in_language(topics: Iterable[Topic], language: str) -> list[Topic]:
    """The topics as a wiki of this language has them, with its own infoboxes and its own words for the parameters.

    The language's words come before the English ones, so of two parameters that hold a facet its own counts.

    Parameters
    ----------
    topics : iterable of Topic
        As loaded.
    language : str
        A dump's `xml:lang`, such as "de". Where languages/ has no file of that name, only the English names count.
    """
    infoboxes, parameters = _language(language.partition("-")[0])
    return [_with_names(topic, infoboxes.get(topic.name, ()), parameters) for topic in topics]


def by_infobox(topics: Iterable[Topic]) -> dict[str, Topic]:
    """Topics by the case-folded names of their infoboxes, since "Infobox Book" is a redirect to "Infobox book".

    Raises
    ------
    InfoboxOfTwoTopics
    """
    found: dict[str, Topic] = {}
    for topic in topics:
        for name in topic.infoboxes:
            owner = found.setdefault(name.casefold(), topic)
            if owner.name != topic.name:
                raise InfoboxOfTwoTopics(infobox=name, one=owner.name, other=topic.name)
    return found


def candidate_pattern(topics: Iterable[Topic]) -> re.Pattern[bytes]:
    """A pattern for the call of an infobox in the raw XML of a page; a page without one need not be parsed.

    The pattern starts with a literal, `{{`, so a search runs at over 1 GB/s, whether for one topic or for all.
    """
    endings: dict[bytes, list[bytes]] = {}
    for name in _joined(*(topic.infoboxes for topic in topics)):
        first, *words = map(_any_case, name.split())
        endings.setdefault(first, []).append(_SPACE.join(words))
    names = b"|".join(first + _one_of(ends) for first, ends in endings.items())
    namespace = rb"(?:[^|{}]{1,60}:" + _SPACE + rb"?)?"
    return re.compile(rb"\{\{" + _SPACE + rb"?" + namespace + rb"(?:" + names + rb")", re.S)


def languages() -> list[str]:
    """The languages that have a file in languages/."""
    return sorted(path.stem for path in (_FOLDER / "languages").glob("*.toml"))


@cache
def _language(name: str) -> tuple[Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]]:
    """The infoboxes of a language by topic, and its names of parameters by facet."""
    if name not in languages():
        return {}, {}
    settings = tomllib.loads((_FOLDER / "languages" / f"{name}.toml").read_text(encoding="utf-8"))
    parameters = {facet: list(map(parameter_name, names)) for facet, names in settings["parameters"].items()}
    return settings["infoboxes"], parameters


def _with_names(topic: Topic, infoboxes: Iterable[str], parameters: Mapping[str, Sequence[str]]) -> Topic:
    facets = (one._replace(parameters=_joined(parameters.get(one.name, ()), one.parameters)) for one in topic.facets)
    return topic._replace(infoboxes=_joined(topic.infoboxes, infoboxes), facets=tuple(facets))


def _joined(*parts: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for part in parts for text in part))


def _one_of(endings: Sequence[bytes]) -> bytes:
    """A pattern for what follows the first word of a name; empty where that word is a name by itself."""
    return b"" if b"" in endings else _SPACE + b"(?:" + b"|".join(endings) + b")"


def _any_case(word: str) -> bytes:
    """A pattern for a word in raw XML, in any case; in bytes, `(?i:...)` knows only the Latin letters."""
    letters = (sorted({letter, letter.lower(), letter.upper()}) for letter in word)
    return b"".join(b"(?:" + b"|".join(re.escape(escape(one).encode()) for one in same) + b")" for same in letters)
