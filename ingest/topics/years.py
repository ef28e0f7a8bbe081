"""The year that a text tells, before Christ as well, in all our languages (years.toml)."""

import re
import tomllib
from pathlib import Path

_LANGUAGES = tomllib.loads(Path(__file__).with_name("years.toml").read_text(encoding="utf-8")).values()


def read_year(text: str) -> str | None:
    """The first year of a text.

    Returns
    -------
    str or None
        Four digits, after "-" for a year before Christ, so that within an era texts sort by size: "1851", "0098",
        "-0044". None if the text tells no year, or only a century.
    """
    text = _OTHER_NUMBERS.sub(" ", text)
    found = [match for pattern in _PATTERNS if (match := pattern.search(text))]
    if not found:
        return None
    first = min(found, key=lambda match: match.start(1))  # Of those that start together the first pattern counts.
    year = int(first[1])
    return f"{'-' if first.re in _BEFORE_CHRIST else ''}{year:04}" if year else None


def _any(key: str) -> str:
    """A pattern for one of these words of any language, the longest first; "AD" and "ce" are not the same."""
    words = {word for language in _LANGUAGES for word in language.get(key, ())}
    spelled = [re.escape(word).replace(r"\ ", r"\s?") for word in sorted(words, key=len, reverse=True)]
    return f"(?:{'|'.join(f'(?-i:{word})' if word.isupper() else word for word in spelled)})"


def _compiled(*patterns: str) -> tuple[re.Pattern[str], ...]:
    return tuple(re.compile(pattern, re.I) for pattern in patterns)


_DASH = r"[–—−\-/~〜～]"
_AFTER = rf"\s?{_any('between')}?\s?"
_RANGE = rf"(?:{_AFTER}(?:{_DASH}|\s(?:and|to|or|und|bis|oder|et|à|y|e|o|i|en|of|och|и|до|или)\s)\s?\d{{1,4}}(?!\d))?"
_DAY = r"(?<!\d)\d{1,2}(?!\d)"
_MONTH = r"(?<![^\W\d_])[^\W\d_]{3,12}\.?"
_CENTURY = r"(?!\s?(?:世紀|世纪|세기))"


def _with_era(era: str) -> tuple[re.Pattern[str], ...]:
    """Patterns for a number, or the first of two, beside the words for an era."""
    return _compiled(
        rf"(?<![\d.,])(\d{{1,4}})(?!\d){_RANGE}{_AFTER}{_any(era)}(?![^\W\d_])",
        rf"(?<!\w){_any(era + '_first')}\s?(\d{{1,4}})(?!\d){_CENTURY}",
    )


_BEFORE_CHRIST = _with_era("before_christ") + _compiled(r"^[−\-]\s?(\d{1,4})(?!\d)")
_OF_OUR_ERA = _with_era("of_our_era") + _compiled(
    r"(?<!\d)((?:1[0-9]|20)[0-9]{2})(?!\d)",
    # A year of two or three digits is told by what stands around it: a date, or nothing at all.
    rf"{_DAY}\.?\s(?:de\s)?{_MONTH}\s(?:de\s)?(\d{{3}})(?!\d)",
    rf"{_MONTH}\s{_DAY},\s?(\d{{3}})(?!\d)",
    r"(?<!\w)(\d{2,3})\s?(?:年(?!前|間|代|间)|년(?!\s?전)|год)",
    rf"^(?:{_any('about')}\s?)?(0?\d{{3}})(?:[s?]|{_DASH}\d{{2,4}})?$",
    r"^(\d{3}|3[2-9]|[4-9]\d)-\d{1,2}-\d{1,2}$",
)
# Numbers of books and pages.
_OTHER_NUMBERS = re.compile(
    r"\bISBN[\s:]*[\dX][\d\s-]*[\dX]|\b(?:pp?|pág|págs|стр|str)\.\s*\d+"
    r"|\d+\s*(?:pages|pp?\.(?!\s?n)|Seiten|páginas|pagine|pagina's|sidor|stron|страниц|стр\.|ページ|頁|页|쪽|էջ)(?!\w)",
    re.I,
)
_PATTERNS = (*_BEFORE_CHRIST, *_OF_OUR_ERA)
