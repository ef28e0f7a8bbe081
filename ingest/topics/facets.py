"""Facets: an infobox's values as normalised, multi-valued properties, so that spellings meet.

A value that is a link gives the link's target: "[[Science fiction|Sci-fi]]" and "[[science fiction]]" are one genre.
How a text divides into values depends on the facet: see the readings in topics.toml.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping

from ingest.topics.topic_file import Facet, Reading, Topic, parameter_name
from ingest.wikitext.titles import upper_first
from ingest.wikitext.values import CONTROL, Value

LONGEST = 200  # characters; what is longer is a sentence and no value

_NUMBER = re.compile(r"_?(?<!\d)\d+$")
_ASIDE = re.compile(r"[(（][^()（）]*[)）]")
_YEAR = re.compile(r"(?<!\d)(?:1[0-9]|20)[0-9]{2}(?!\d)")
_FIRMS = re.compile(r"[;；]|\s/\s")
_WORDS = re.compile(r"[,;/，、；]")
_AND = r"(?:and|und|et|y|e|en|och|i|и|եւ|և)"  # of the languages in languages/ that write it as a word
_TONGUES = re.compile(rf"[,;/&，、；]|\s{_AND}\s")
_TONGUE = re.compile(  # "lingua inglese", "English language"
    r"^(?:lingua|idioma|língua|język)\s+(?=\w)|(?<=\w)(?:\s+(?:language|язык|мова)|e Sprache)$", re.I
)
_NAMES = re.compile(rf"\s*(?:,\s*(?:{_AND}|&)\s|,|\s{_AND}\s|&|\swith\s|[，、])\s*")
_ROLE = re.compile(r"(?:edited |written |created )?by ", re.I)
_NO_VALUE = """
n/a | none | unknown | various | tba | tbd | see below | see list | list | unbekannt | inconnu | desconocido |
sconosciuto | onbekend | nieznany | desconhecido | okänd | неизвестно | нет | անհայտ |
不明 | なし | 未知 | 无 | 無 | 미상 | 없음
"""
_EMPTY = frozenset(map(str.strip, _NO_VALUE.split("|")))


def read_parameters(arguments: Mapping[str, str]) -> dict[str, str]:
    """Parameters under one spelling of their names: `Followed by`, `followed-by` and `followed_by` are one."""
    return {parameter_name(CONTROL.sub("", name)): value for name, value in arguments.items()}


def read_facets(parameters: Mapping[str, Value], topic: Topic) -> tuple[tuple[str, str], ...]:
    """The facets of an article, without repeats, in the order of the topic's facets and of the infobox.

    Of the parameters that may hold a facet the first that gives a value counts, with its numbered followers; where a
    topic lists one with a number (subdivision_name1 is the region), numbers tell parameters apart.
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
    return _read(value, _WORDS.split)


def _languages(value: Value) -> Iterator[str]:
    return (upper_first(_TONGUE.sub("", text)) for text in _read(value, _TONGUES.split))


def _works(value: Value) -> Iterator[str]:
    return _read(value, _FIRMS.split)


def _people(value: Value) -> Iterator[str]:
    return _read(value, lambda item: [name for part in _FIRMS.split(item) for name in _divide_names(part)])


def _year(value: Value) -> list[str]:
    return _YEAR.findall(str(value))[:1]


READINGS: Mapping[Reading, Callable[[Value], Iterable[str]]] = {
    "words": _words,
    "languages": _languages,
    "works": _works,
    "people": _people,
    "year": _year,
}


def _divide_names(text: str) -> list[str]:
    """Divide at commas and "and" only where each side is a link or a full name.

    "Harry Warner, Jr.", "Baker, Richard" and "Arkady and Boris Strugatsky" stay whole.
    """
    text = _ROLE.sub("", text, count=1) if _ROLE.match(text) else text
    names = [name for name in _NAMES.split(text) if name]
    return names if all(" " in name.strip() or "\x01" in name for name in names) else re.split("[，、]", text)


def _read(value: Value, divide: Callable[[str], Iterable[str]]) -> Iterator[str]:
    for item in value.items:
        for piece in divide(_without_asides(item)):
            yield from value.titles(piece) or _text(piece)


def _without_asides(item: str) -> str:
    """Without what stands in brackets, "Heinemann (UK)", unless nothing else is there."""
    return " ".join(_ASIDE.sub(" ", item).split()) or item.strip("()（）")


def _text(piece: str) -> list[str]:
    text = " ".join(piece.split()).strip(' ,;:–—-*"“”')
    is_value = 0 < len(text) <= LONGEST and any(map(str.isalpha, text)) and text.lower() not in _EMPTY
    return [upper_first(text)] if is_value else []
