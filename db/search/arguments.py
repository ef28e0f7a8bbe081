"""What a search takes: each argument is read at the door, by its name, which is the same everywhere."""

import operator
from collections.abc import Callable, Hashable, Iterable, Mapping
from typing import Any, NamedTuple

from db.errors import (
    ArgumentInvalid,
    ArticleNotFound,
    CountInvalid,
    DiversityInvalid,
    ProminenceInvalid,
    SimilarityInvalid,
    TextInvalid,
    TextTooLong,
    TitlesInvalid,
    TooMany,
    WikishelfError,
)
from db.read_pool import Limits

LONGEST_TEXT = 500  # characters; the titles of MediaWiki end at 255 bytes


class Argument(NamedTuple):
    """The type of an argument in SQL, and the function that reads it from its name, its value and the limits."""

    type: str
    read: Callable[[str, Any, Limits], Any]


def read(limits: Limits, asked: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments as the driver takes them: plain Python, whatever numbers, flags and lists were given.

    Raises
    ------
    ArgumentInvalid, CountInvalid, DiversityInvalid, ProminenceInvalid, SimilarityInvalid, TextInvalid, TextTooLong
    TitlesInvalid, TooMany
    """
    return {name: ARGUMENTS[name].read(name, value, limits) for name, value in asked.items()}


def article(title: Any) -> dict[str, Any]:
    """Return the argument that names this article: its title or alias, or its article_id as any type of whole number.

    Raises
    ------
    ArticleNotFound
        The number is greater than any article_id can be.
    ArgumentInvalid
    """
    if isinstance(title, str):
        return {"title": title}
    article_id = whole("title", title, "a title or an article_id")
    if not 0 <= article_id < 2**31:
        raise ArticleNotFound(title=article_id, suggestions="")
    return {"article_id": article_id}


def whole(field: str, value: Any, kind: str = "a whole number") -> int:
    """Return a number of any type of whole numbers, such as NumPy's, as an int.

    Raises
    ------
    ArgumentInvalid
        True is none, nor is 1.0.
    """
    try:
        if isinstance(value, bool):
            raise TypeError
        return operator.index(value)
    except TypeError:
        raise invalid(field, kind, value) from None


def text(field: str, value: Any) -> str:
    """Refuse anything but a text that PostgreSQL can hold.

    Raises
    ------
    ArgumentInvalid, TextInvalid, TextTooLong
    """
    if not isinstance(value, str):
        raise invalid(field, "a text", value)
    if len(value) > LONGEST_TEXT:
        raise TextTooLong(field=field, length=len(value), most=LONGEST_TEXT)
    if "\0" in value or any("\ud800" <= character <= "\udfff" for character in value):
        raise TextInvalid(field=field)
    return value


def several(field: str, values: Any, most: int, kind: str = "a list of titles") -> list[Any]:
    """Return the values as a list, whatever they came in.

    Raises
    ------
    ArgumentInvalid, TitlesInvalid, TooMany
    """
    if isinstance(values, str):
        raise TitlesInvalid(field=field, value=values)
    if not isinstance(values, Iterable) or isinstance(values, bytes | Mapping):
        raise invalid(field, kind, values)
    found = list(values)
    if len(found) > most:
        raise TooMany(field=field, most=most, given=len(found))
    return found


def number(field: str, value: Any) -> float:
    """Return a number of any type as a float.

    Raises
    ------
    ArgumentInvalid
    """
    try:
        if isinstance(value, str | bytes | bool):
            raise TypeError
        return float(value)
    except (TypeError, ValueError, OverflowError):
        raise invalid(field, "a number", value) from None


def invalid(field: str, kind: str, value: Any) -> ArgumentInvalid:
    """The error that says what an argument must be."""
    shown = " ".join(repr(value).split())
    return ArgumentInvalid(field=field, kind=kind, value=shown if len(shown) <= 60 else f"{shown[:60]}...")


def _count(field: str, value: Any, limits: Limits) -> int:
    try:
        count = whole(field, value)
    except ArgumentInvalid:
        raise CountInvalid(count=repr(value), most=limits.answers) from None
    if not 1 <= count <= limits.answers:
        raise CountInvalid(count=count, most=limits.answers)
    return count


def _flag(field: str, value: Any, _: Limits) -> bool | None:
    if value is None:
        return None
    if not isinstance(value, Hashable) or value not in (True, False):
        raise invalid(field, "True or False", value)
    return bool(value)


def _within(least: float, wrong: type[WikishelfError], fact: str, null: bool = False) -> Callable[..., float | None]:
    def read(field: str, value: Any, _: Limits) -> float | None:
        if null and value is None:
            return None
        found = number(field, value)
        if not least <= found <= 1:
            raise wrong(**{fact: value})
        return found

    return read


def _ids(field: str, values: Any, limits: Limits) -> list[int]:
    kind = "a list of article_ids"
    ids = [whole(field, one, kind) for one in several(field, values, limits.titles, kind)]
    return [one for one in ids if 0 <= one < 2**31]  # no article has others


def _weights(field: str, values: Any, limits: Limits) -> list[float] | None:
    if values is None:
        return None
    kind = "a list of numbers"
    if isinstance(values, str):
        raise invalid(field, kind, values)
    return [number(field, one) for one in several(field, values, limits.titles, kind)]


TEXT = Argument("text", lambda field, value, _: text(field, value))
TEXT_OR_NULL = Argument("text", lambda field, value, _: None if value is None else text(field, value))
TEXTS = Argument(
    "text[]", lambda field, values, limits: [text(field, one) for one in several(field, values, limits.titles)]
)
FLAG = Argument("boolean", _flag)

ARGUMENTS: Mapping[str, Argument] = {
    **dict.fromkeys(("title", "a", "b", "words"), TEXT),
    **dict.fromkeys(("topic", "kind"), TEXT_OR_NULL),
    **dict.fromkeys(("titles", "authors", "likes", "dislikes", "exclude"), TEXTS),
    **dict.fromkeys(("same_author", "same_series", "least", "exact"), FLAG),
    "article_id": Argument("bigint", lambda field, value, _: whole(field, value)),
    "count": Argument("bigint", _count),
    "facets": Argument("jsonb", lambda _, value, __: value),  # `db.search.facets.as_json` has read them
    "weights": Argument("double precision[]", _weights),
    "exclude_ids": Argument("bigint[]", _ids),
    "diversity": Argument("double precision", _within(0, DiversityInvalid, "diversity")),
    "prominence": Argument("double precision", _within(-1, ProminenceInvalid, "prominence")),
    "min_similarity": Argument("double precision", _within(-1, SimilarityInvalid, "similarity", null=True)),
}
