"""Countries by their codes, in the words of each of our languages (countries.toml)."""

import tomllib
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from ingest.wikitext.data import line_of
from ingest.wikitext.titles import upper_first

_FILE = Path(__file__).with_name("countries.toml")


def country(text: str, language: str) -> str:
    """The country that a text gives by a code, as "JPN", "JP" or "GER", or in English; any other text as it is.

    Parameters
    ----------
    language : str
        That of the wiki; in one that is not ours the text stays.
    """
    names = _line(language.partition("-")[0])
    code = _line("codes").get(text) or _codes_of_names().get(text, text)
    return names.get(text) or names.get(code, text)


def is_country(text: str) -> bool:
    """Whether this is the name of a country in one of our languages, or a code for one."""
    return upper_first(text) in _all_names()


@cache
def _line(name: str) -> Mapping[str, str]:
    return line_of("countries.toml", name) or {}


@cache
def _codes_of_names() -> Mapping[str, str]:
    return {name: code for code, name in _line("en").items()}


@cache
def _all_names() -> frozenset[str]:
    tables = tomllib.loads(_FILE.read_text(encoding="utf-8"))
    return frozenset(name for table in tables.values() for pair in table.items() for name in pair)
