"""Facets: an infobox's values as normalised, multi-valued properties, so that different spellings become one value.

Where a value is a link, its target counts: "[[Science fiction|Sci-fi]]" and "[[science fiction]]" are one genre. How a
text divides into values depends on the facet; the readings stand at the top of topics.toml.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from ingest.topics.asides import (
    LONGEST_NAME,
    between_links,
    is_list,
    is_nothing,
    joined,
    without_asides,
    without_brackets,
    without_part,
    without_role,
)
from ingest.topics.topic_file import Facet, Reading, Topic, parameter_name
from ingest.topics.years import read_year
from ingest.wikitext.countries import country, is_country
from ingest.wikitext.titles import upper_first
from ingest.wikitext.values import CONTROL, ShownLink, Value

_NUMBER = re.compile(r"_?(?<!\d)\d+$")
_BETWEEN_WORKS = re.compile(r"[;；]|\s?/\s")
_BETWEEN_WORDS = re.compile(r"[,;/，、；／]")
_AND = r"(?:and|und|et|y|ed?|en|och|i|и|եւ|և)"  # in those of our languages that write it as a word of its own
_BETWEEN_LANGUAGES = re.compile(rf"[,;/&，、；／]|\s{_AND}\s")
_BETWEEN_COUNTRIES = re.compile(rf"[&・·]|\s{_AND}\s")
_LANGUAGE_WORD = re.compile(  # "lingua inglese", "English language"
    r"^(?:lingua|idioma|língua|język)\s+(?=\w)|(?<=\w)(?:\s+(?:language|язык|мова)|e Sprache)$", re.I
)
_BETWEEN_NAMES = re.compile(rf"\s*(?:,\s*(?:{_AND}|&)\s|,|\s{_AND}\s|&|\swith\s|[，、])\s*")
# What may stand beside a link that is the whole of a text: an article, a possessive, marks.
_WHOLE = re.compile(
    r"[^\w\x01]*+(?:(?:(?:the|an?|der|die|das|le|la|les|el|los|las|il|lo|gli|os?|de|het|een|en|ett)\s|l['’])[^\w\x01]*+)?"
    r"\x01\d+\x02(?:['’]s)?\W*+",
    re.I,
)
_OUTSIDE = ' &,;:–—-→*"“”«»„‟『』「」《》()（）'


def read_parameters(arguments: Mapping[str, str]) -> dict[str, str]:
    """Parameters with their names in one spelling: `Followed by`, `followed-by` and `followed_by` are the same."""
    return {parameter_name(CONTROL.sub("", name)): value for name, value in arguments.items()}


def read_facets(parameters: Mapping[str, Value], topic: Topic) -> tuple[tuple[str, str], ...]:
    """The facets of an article, without repeats, in the order of the topic's facets and of the infobox.

    Several parameters may hold a facet. The first that gives a value counts, together with its numbered followers
    (author, author2). Where a topic lists a name with a number (subdivision_name1 is the region), numbers tell
    parameters apart.
    """
    listed = {name for facet in topic.facets for name in facet.parameters}
    told_apart = {_NUMBER.sub("", name) for name in listed if _NUMBER.search(name)}
    together: dict[str, list[Value]] = {}
    for name, value in parameters.items():
        base = _NUMBER.sub("", name)
        together.setdefault(name if base in told_apart else base, []).append(value)
    pairs = ((facet.name, text) for facet in topic.facets for text in _facet_values(facet, together))
    return tuple(dict.fromkeys(pairs))


def _facet_values(facet: Facet, together: Mapping[str, list[Value]]) -> list[str]:
    for name in facet.parameters:
        values = [text for value in together.get(name, ()) for text in READINGS[facet.reading](value)]
        if values:
            return values[:1] if facet.reading == "year" else values
    return []


def _words(value: Value) -> Iterator[str]:
    return _texts(value, _BETWEEN_WORDS.split, _phrases)


def _countries(value: Value) -> Iterator[str]:
    texts = _texts(
        value, lambda item: [name for part in _BETWEEN_WORDS.split(item) for name in _divide_countries(part)]
    )
    return (country(text, value.language) for text in texts)


def _divide_countries(text: str) -> list[str]:
    """Divide at "and" and "・", but not within a name, such as "Bosnia and Herzegovina"."""
    return [text] if is_country(text.strip()) else _BETWEEN_COUNTRIES.split(text)


def _languages(value: Value) -> Iterator[str]:
    return (upper_first(_LANGUAGE_WORD.sub("", text)) for text in _texts(value, _BETWEEN_LANGUAGES.split))


def _works(value: Value) -> Iterator[str]:
    return _texts(value, _BETWEEN_WORKS.split)


def _whole(value: Value) -> Iterator[str]:
    return _texts(value._replace(items=tuple(joined(value.items))), _BETWEEN_WORKS.split, _phrases)


def _series(value: Value) -> Iterator[str]:
    return _texts(value, _BETWEEN_WORKS.split, lambda value, piece: _linked(value, without_part(piece)))


def _taxa(value: Value) -> Iterator[str]:
    return _texts(value._replace(items=value.items[:1]), _BETWEEN_WORKS.split)


def _people(value: Value) -> Iterator[str]:
    return _texts(value, lambda item: [name for part in _BETWEEN_WORKS.split(item) for name in _divide_names(part)])


def _year(value: Value) -> list[str]:
    year = read_year(str(value))
    return [year] if year else []


READINGS: Mapping[Reading, Callable[[Value], Iterable[str]]] = {
    "words": _words,
    "countries": _countries,
    "languages": _languages,
    "works": _works,
    "phrases": _whole,
    "series": _series,
    "taxa": _taxa,
    "people": _people,
    "year": _year,
}


def _divide_names(text: str) -> list[str]:
    """Divide at commas and "and", but only where each side is a link or a full name.

    "Harry Warner, Jr.", "Baker, Richard" and "Arkady and Boris Strugatsky" stay whole.
    """
    text = without_role(text.strip())
    names = [without_role(name.strip()) for name in _BETWEEN_NAMES.split(text) if name]
    return names if all(" " in name or "\x01" in name for name in names) else re.split("[，、]", text)


def _texts(
    value: Value, divide: Callable[[str], Iterable[str]], read: Callable[[Value, str], Iterable[str]] | None = None
) -> Iterator[str]:
    shown = [text for text in map(without_brackets, value.items) if text.strip(_OUTSIDE)] or value.items
    values = [text for text in shown if not text.endswith(":")] or shown  # a line that ends so is a heading
    for item in values:
        for piece in divide(item):
            yield from (read or _linked)(value, without_asides(piece.strip()))


def _linked(value: Value, piece: str) -> list[str]:
    """The links of a piece, or its text where there is none."""
    marks = value.marked(piece)
    return [name for link in marks for name in _title(link)] if marks else _normalised(piece)


def _title(link: ShownLink) -> list[str]:
    return _normalised(link.text) if is_list(link.title) else [link.title]


def _phrases(value: Value, piece: str) -> Iterator[str]:
    """A link where it is the whole of a piece; else the text as shown: "[[Automobile]] engineer" is an occupation."""
    parts = between_links(value.language).split(piece) if "\x01" in piece else [piece]
    for part in parts if all("\x01" in part for part in parts) else [piece]:
        is_whole = "\x01" in part and _WHOLE.fullmatch(part)
        yield from _linked(value, part) if is_whole else _normalised(value.text(part))


def _normalised(piece: str) -> list[str]:
    text = " ".join(piece.split()).strip(_OUTSIDE)
    is_value = 0 < len(text) <= LONGEST_NAME and any(map(str.isalpha, text)) and not is_nothing(text)
    return [upper_first(text)] if is_value else []
