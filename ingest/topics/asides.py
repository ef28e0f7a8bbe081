"""Asides: words in a value that do not belong to it (asides.toml)."""

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from ingest.wikitext.data import one_of

_DATA = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))

LONGEST_NAME = 200  # characters; what is longer is a sentence


_NOTHING = frozenset(_DATA["nothing"])
_POINTING = re.compile("|".join(_DATA["pointing"]), re.I)
_UNFINISHED = tuple(_DATA["unfinished"])
_PLACE = re.compile(rf"(?:{one_of(_DATA['places'])})\s?[:：]\s*", re.I)
_WORD = rf"(?:{one_of(_DATA['volumes'])})(?!\w)\.?"
_NUMERAL = rf"(?:\d+(?:[.,/–-]\d+)*(?:{one_of(_DATA['endings'])})?|[ivxl]+\.?|{one_of(_DATA['numerals'])})(?!\w)"
_OF = rf"(?-i:{one_of(_DATA['of'])})"
_PART = (  # "Book 2 of 7", "3rd novel", "#4", "第1巻"
    rf"(?:{_WORD}\s?#?{_NUMERAL}(?:\s{_OF}\s\d+)?|{_NUMERAL}\s{_WORD}|[#№]\s?\d[\d.–-]*|"
    r"第\s?[\d一二三四五六七八九十]+\s?[巻卷部集冊册作弾話]|제?\s?\d+\s?[권부편])"
)
_ALONE = re.compile(rf"[^\w#№]*+(?:{_PART}|{_NUMERAL})(?:\s{_OF})?\W*+", re.I)
_BEFORE = re.compile(rf"{_PART}(?:\s?[,:：–—-]|\s{_OF}\s)\s*(?=\S)", re.I)
_AFTER = re.compile(rf"(?<=\w)(?:\s?[,:;–—-]\s?(?:{_PART}|\d+)|\s{_PART})$", re.I)

_LISTS = tuple(_DATA["lists"])
_JOINTS = one_of(_DATA["joints"])
_JOINT = re.compile(rf"\s(?:{_JOINTS})\n|\n(?:{_JOINTS})\s")
_ROLE = re.compile(rf"(?<=\x02)[\"”'»]?(?:\s?[:：]|\.\s|\s(?:{one_of(_DATA['roles'])})\s|\s[–—-]\s|\s?(?:\.\.\.|…)).*")
_TASK = re.compile(rf",\s(?:{one_of(_DATA['tasks'])})$|^\w[a-z]*+ (?:[a-z]++ ){{0,4}}by (?=\S)|^by (?=\S)", re.I)
_BRACKETS = re.compile(r"[(（][^()（）]*[)）]")
_DIVIDING = re.compile(rf"[(（][^()（）]*[)）]\s*[,，]|[(（](?:{one_of(_DATA['places'])})[)）]", re.I)


@cache
def between_links(language: str) -> re.Pattern[str]:
    """What stands between two links that are two values: "and" in this language, "&" and the like."""
    words = one_of(_DATA["and"].get(language, ["and"]))
    return re.compile(rf"\s(?:{words})\s|\s?[&+・·•]\s?|\s[–—-]\s|(?<=\x02)[』」》]?[・『「《](?=\x01)")


def is_list(title: str) -> bool:
    """Whether a page of this title lists things."""
    return title.startswith(_LISTS)


def without_brackets(text: str) -> str:
    """The text without what stands in brackets, as in "Heinemann (UK)"; the place of an edition divides."""
    if "(" in text or "（" in text:
        text = _BRACKETS.sub(" ", _BRACKETS.sub(" ", _DIVIDING.sub(";", text)))
    return " ".join(text.split())


def without_role(text: str) -> str:
    """A name without the part that is played, and without what somebody did: "edited by A", "A, ed."."""
    return _TASK.sub("", _ROLE.sub("", text), count=1)


def joined(items: Iterable[str]) -> list[str]:
    """The lines of a value; two where a phrase runs over the break are one."""
    return _JOINT.sub(lambda found: found[0].replace("\n", " "), "\n".join(items)).split("\n")


def is_nothing(text: str) -> bool:
    """Whether a text says that there is no value, or that it stands elsewhere: "N/A", "see below", "不明"."""
    return text.lower() in _NOTHING or text.lower().rstrip(".") in _NOTHING or _POINTING.search(text) is not None


def without_asides(text: str) -> str:
    """The text without the place of an edition and without an "etc.": "UK: Gollancz", "rock and others"."""
    if text.endswith(_UNFINISHED):
        words = next(words for words in _UNFINISHED if text.endswith(words))
        text = text.removesuffix(words).rstrip(" ,、") or text
    return _PLACE.sub("", text, count=1) if _PLACE.match(text) else text


def without_part(text: str) -> str:
    """The name of a series without the number of a part; nothing where it is no more than that.

    "Discworld, #3" and "Volume 4 of Discworld" are Discworld.
    """
    if "\x01" in text or len(text) > LONGEST_NAME:
        return text
    return "" if _ALONE.fullmatch(text) else _AFTER.sub("", _BEFORE.sub("", text, count=1))
