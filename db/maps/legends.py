"""What a map can be coloured by: for each article one number of a byte, and a legend that says what it stands for."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

MOST_VALUES = 100
OTHER = 255
# "Fantasy", "Fantasy novel" and "fantasy fiction" are one row of the legend, which is called as most articles call it.
SUFFIXES = {
    "genre": re.compile(r"(?<=\w)(?<!\bnon) (novels?|fiction|books?|films?|movies?|stories|story|literature|genre)$"),
    "language": re.compile(r"(?<=\w) language$"),
}


class Legend(NamedTuple):
    """One way to colour the map.

    Attributes
    ----------
    about : dict
        The legend, as JSON values: see docs/map.md.
    codes : uint8 array of shape (n_articles,)
    """

    about: dict[str, Any]
    codes: NDArray[np.uint8]


def by_values(field: str, values: Sequence[Sequence[str]]) -> Legend:
    """A legend of the commonest values; an article with several counts once, by that of them which most articles have.

    Parameters
    ----------
    values : sequence of n_articles sequences of str
        An article's values.
    """
    keys = [list(dict.fromkeys(_key(field, value) for value in several)) for several in values]
    articles = Counter(key for several in keys for key in several)
    spellings: dict[str, Counter[str]] = {}
    for several in values:
        for value in several:
            spellings.setdefault(_key(field, value), Counter())[value] += 1
    chosen = [min(several, key=lambda key: (-articles[key], key), default=None) for several in keys]
    counts = Counter(key for key in chosen if key is not None)
    listed = sorted(counts, key=lambda key: (-counts[key], key))[:MOST_VALUES]
    code: dict[str | None, int] = {key: number for number, key in enumerate(listed, 1)} | {None: 0}
    codes = np.array([code.get(key, OTHER) for key in chosen], np.uint8)
    rows = [{"value": _commonest(spellings[key]), "count": counts[key]} for key in listed]
    none = chosen.count(None)
    other = len(chosen) - none - sum(counts[key] for key in listed)
    return Legend({"field": field, "kind": "values", "values": rows, "other": other, "none": none}, codes)


def by_scale(field: str, numbers: NDArray[np.float64]) -> Legend:
    """A scale from the least to the greatest number; NaN stands for none."""
    known = numbers[~np.isnan(numbers)]
    least, greatest = (float(known.min()), float(known.max())) if len(known) else (0.0, 0.0)
    share = (numbers - least) / (greatest - least) if greatest > least else np.where(np.isnan(numbers), np.nan, 0.5)
    codes = np.where(np.isnan(numbers), 0, 1 + np.nan_to_num(share) * 253 + 0.5).astype(np.uint8)
    about = {"field": field, "kind": "scale", "values": [], "other": 0, "none": len(numbers) - len(known)}
    return Legend(about | {"min": least, "max": greatest}, codes)


def _key(field: str, value: str) -> str:
    key = " ".join(value.casefold().replace("-", " ").split())
    suffix = SUFFIXES.get(field)
    while suffix and (shorter := suffix.sub("", key)) != key:
        key = shorter
    return key.replace(" ", "")


def _commonest(spellings: Mapping[str, int]) -> str:
    return min(spellings, key=lambda value: (-spellings[value], value))
