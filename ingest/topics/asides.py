"""Asides: words in a value that are no value, or no part of it (asides.toml)."""

import re
import tomllib
from collections.abc import Iterable
from pathlib import Path

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

LONGEST_NAME = 200  # characters; what is longer is a sentence


def _one_of(texts: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(texts, key=len, reverse=True)))


_NOTHING = frozenset(_DATA["nothing"])
_POINTING = re.compile("|".join(_DATA["pointing"]), re.I)
_PLACE = re.compile(rf"(?:{_one_of(_DATA['places'])})\s?[:：]\s*", re.I)
_WORD = rf"(?:{_one_of(_DATA['volumes'])})(?!\w)\.?"
_NUMERAL = rf"(?:\d+(?:[.,/–-]\d+)*(?:{_one_of(_DATA['endings'])})?|[ivxl]+\.?|{_one_of(_DATA['numerals'])})(?!\w)"
_OF = rf"(?:{_one_of(_DATA['of'])})"
_PART = (  # "Book 2 of 7", "3rd novel", "#4", "第1巻"
    rf"(?:{_WORD}\s?#?{_NUMERAL}(?:\s{_OF}\s\d+)?|{_NUMERAL}\s{_WORD}|[#№]\s?\d[\d.–-]*|"
    r"第\s?[\d一二三四五六七八九十]+\s?[巻卷部集冊册作弾話]|제?\s?\d+\s?[권부편])"
)
_ALONE = re.compile(rf"[^\w#№]*+(?:{_PART}|{_NUMERAL})(?:\s{_OF})?\W*+", re.I)
_BEFORE = re.compile(rf"{_PART}(?:\s?[,:：–—-]|\s{_OF}\s)\s*(?=\S)", re.I)
_AFTER = re.compile(rf"(?<=\w)(?:\s?[,:;–—-]\s?|\s)(?:{_PART}|\d+)$", re.I)


def is_nothing(text: str) -> bool:
    """Whether a text says that there is no value, or that it stands elsewhere: "N/A", "see below", "不明"."""
    return text.lower() in _NOTHING or text.lower().rstrip(".") in _NOTHING or _POINTING.search(text) is not None


def without_place(text: str) -> str:
    """The text without the place of an edition: "UK: Gollancz"."""
    return _PLACE.sub("", text, count=1) if _PLACE.match(text) else text


def without_part(text: str) -> str:
    """The name of a series without the number of a part; nothing where it is no more than that.

    "Discworld, #3" and "Volume 4 of Discworld" are Discworld.
    """
    if "\x01" in text or len(text) > LONGEST_NAME:
        return text
    return "" if _ALONE.fullmatch(text) else _AFTER.sub("", _BEFORE.sub("", text, count=1))
