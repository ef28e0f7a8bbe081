"""The ready-made parts of a map, read into arrays."""

import json
from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from api.errors import ColourInvalid
from db.connection import Database
from db.errors import ArticleWithoutVector
from db.search import arguments, diagnose
from db.search.map import map_parts

STEPS = 65_535  # A coordinate is one of the numbers from 0 to this.
LAST_SHADE = 254  # The shades of a scale are the numbers from 1 to this.


class Points(NamedTuple):
    """Each article's article_id and place, from -1 to 1 with y upwards; the named coarse regions, the largest first."""

    ids: NDArray[np.uint32]
    x: NDArray[np.float64]
    y: NDArray[np.float64]
    regions: list[tuple[str, float, float]]


class Colour(NamedTuple):
    """What one field says of each article.

    Attributes
    ----------
    values : list of str or None
        The values of a legend, the most frequent first; None for a scale.
    number : float64 array of shape (n,)
        The article's place in that list from 1, 0 for none and 255 for others; on a scale the number itself, or NaN.
    """

    field: str
    values: list[str] | None
    number: NDArray[np.float64]


def read(database: Database, field: str | None, titles: Sequence[str]) -> tuple[Points, Colour | None, dict[str, int]]:
    """Read the active model's map, one field of its articles, and the places of some of them by title.

    Raises
    ------
    ColourInvalid, ArticleNotFound, ArticleWithoutVector, MapMissing, NoActiveModel, TextInvalid
    """
    for name, given in [("colour", field or ""), *(("like", title) for title in titles)]:
        arguments.text(name, given)
    parts = map_parts(database, "points", f"colour/{field}")
    header, points = parse(parts["points"])
    if field is None:
        return points, None, _places(database, points, titles)
    described = {one["field"]: one for one in header["fields"]}
    if field not in described:
        raise ColourInvalid(colour=field, known=", ".join(described))
    return points, parse_colour(described[field], parts[f"colour/{field}"]), _places(database, points, titles)


def parse(content: bytes) -> tuple[dict[str, Any], Points]:
    """Read the part `points`: its header, and the positions."""
    start = 4 + int.from_bytes(content[:4], "little")
    header = json.loads(content[4:start])
    n = header["articles"]
    ids = np.frombuffer(content, "<u4", n, start)
    x, y = np.frombuffer(content, "<u2", 2 * n, start + 4 * n).reshape(2, n) / STEPS * 2 - 1
    coarse = sorted((one for one in header["regions"] if one["level"] == 1), key=lambda one: -one["articles"])
    return header, Points(ids, x, y, [(one["name"], *(one[way] / STEPS * 2 - 1 for way in "xy")) for one in coarse])


def parse_colour(described: dict[str, Any], content: bytes) -> Colour:
    """Read the part `colour/...`, one byte for each article, as the header describes the field."""
    number = np.frombuffer(content, np.uint8).astype(float)
    if described["kind"] == "values":
        return Colour(described["field"], [one["value"] for one in described["values"]], number)
    least, most = described["min"] or 0, described["max"] or 0
    shade = least + (number - 1) / (LAST_SHADE - 1) * (most - least)
    return Colour(described["field"], None, np.where(number > 0, shade, np.nan))


def _places(database: Database, points: Points, titles: Sequence[str]) -> dict[str, int]:
    found = {}
    with database.reading() as connection:
        for title in titles:
            (place,) = np.nonzero(points.ids == diagnose.check_title(connection, title))
            if not place.size:
                raise ArticleWithoutVector(title=title)
            found[title] = int(place[0])
    return found
