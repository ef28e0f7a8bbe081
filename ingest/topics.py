"""Topics: which infoboxes make an article, and which facets are read from them (topics.toml)."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, NamedTuple
from xml.sax.saxutils import escape

from ingest.errors import UnknownTopic

DEFAULT = "book"

# What may stand between the words of a template's name: in MediaWiki one space, here as raw XML.
_GAP = rb"(?:[\s_]|\xc2\xa0|&amp;nbsp;|&lt;!--.{0,200}?--&gt;)+"


class Facet(NamedTuple):
    """A facet, how its values are divided, and the infobox parameters that hold it."""

    name: str
    reading: str
    parameters: tuple[str, ...]


class Topic(NamedTuple):
    """A class of articles."""

    name: str
    view: str
    infoboxes: tuple[str, ...]
    facets: tuple[Facet, ...]


def load_topics(names: Iterable[str] = (DEFAULT,)) -> list[Topic]:
    """The topics of these names, in the order given.

    Raises
    ------
    UnknownTopic
    """
    with (Path(__file__).parent / "topics.toml").open("rb") as file:
        settings = tomllib.load(file)
    known = {name: _topic(name, one, settings["reading"]) for name, one in settings["topics"].items()}
    for name in names:
        if name not in known:
            raise UnknownTopic(topic=name, known=", ".join(known))
    return [known[name] for name in dict.fromkeys(names)]


def by_infobox(topics: Iterable[Topic]) -> dict[str, Topic]:
    """Topics by the case-folded names of their infoboxes: "Infobox Book" is a redirect of "Infobox book"."""
    return {name.casefold(): topic for topic in topics for name in topic.infoboxes}


def candidate_pattern(topics: Iterable[Topic]) -> re.Pattern[bytes]:
    """What the raw XML of a page must hold for the page to be worth parsing.

    It starts with a literal, `nfobox`, for the first letter of a title is free: that runs at about 1 GB/s, a pattern
    that starts with `[Ii]nfobox` at a tenth of it. Case beyond the first word does not matter.
    """
    endings: dict[bytes, list[bytes]] = {}
    for name in by_infobox(topics):
        first, *words = (re.escape(word) for word in escape(name).encode().split())
        endings.setdefault(first[1:], []).append(b"".join(_GAP + word for word in words))
    return re.compile(b"|".join(start + b"(?i:" + b"|".join(ends) + b")" for start, ends in endings.items()), re.S)


def _topic(name: str, settings: Mapping[str, Any], readings: Mapping[str, str]) -> Topic:
    facets = (Facet(facet, readings[facet], tuple(names)) for facet, names in settings["facets"].items())
    return Topic(name, settings["view"], tuple(settings["infoboxes"]), tuple(facets))
