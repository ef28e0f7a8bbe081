"""What templates show in a value, by their names (templates.toml)."""

import re
import tomllib
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from ingest.wikitext.data import one_of

_DATA: Mapping[str, Any] = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
_SHOWS: Mapping[str, str] = {
    **{name: shows for shows, names in _DATA["shows"].items() for name in names},
    **{name: f"={argument}" for name, argument in _DATA["named"].items()},
}
_CHARACTERS: Mapping[str, str] = _DATA["characters"]


_LIST = re.compile(rf"\b(?:{one_of(_DATA['list_words'])})\b|(?:{one_of(_DATA['list_endings'])})$")
_CITING = re.compile(one_of(_DATA["citing"]) + "|#")  # only the wiki can reckon what `{{#invoke:...}}` shows
_CHARACTER = re.compile(rf"\{{\{{\s*({one_of(_CHARACTERS)})\s*(?:\|[^{{}}|]*)?\}}\}}", re.I)
_HELD_BACK = str.maketrans("|=", "\x03\x04")
_RELEASED = str.maketrans("\x03\x04", "|=")


def with_characters(text: str) -> str:
    """Put the characters in the place of the templates that stand for them, such as `{{!}}` and `{{snd}}`.

    A `|` becomes 0x03 and a `=` 0x04, so that they divide no arguments. `released` turns them back.
    """
    return _CHARACTER.sub(lambda found: _CHARACTERS[found[1].lower()].translate(_HELD_BACK), text)


def released(text: str) -> str:
    """The text with the `|` and `=` that `with_characters` held back."""
    return text.translate(_RELEASED)


@lru_cache(10_000)
def shows(name: str) -> str | None:
    """What a template of this name shows, as a key of [shows] or as `=argument`; None for its first unnamed one."""
    name = " ".join(name.replace("_", " ").split()).lower()
    if _CITING.match(name):
        return "nothing"
    return _SHOWS.get(name) or ("list" if _LIST.search(name) else None)
