"""The ready-made parts of a map: what a browser draws, as bytes that need no work but sending."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import Connection, text

from db.maps.legends import Legend, by_scale, by_values

FACETS = ("genre", "country", "author", "language")

# The most prominent articles come first, so that a prefix of the points is a map.
ARTICLES = """
    select a.article_id, p.x, p.y, a.topic, a.title, a.prominence, {facets},
           (select min(f.value) from facets f where f.article_id = a.article_id and f.name = 'year') as year
    from _map_positions_{{id}} p
    join articles a using (article_id)
    order by a.prominence desc, a.article_id""".format(
    facets=", ".join(
        f"array(select f.value from facets f where f.article_id = a.article_id and f.name = '{name}' order by f.value)"
        f" as {name}"
        for name in FACETS
    )
)
REGIONS = """
    select region_id as id, level, name, x, y, articles from _map_regions_{id}
    where name is not null order by level, articles desc, region_id"""


class Part(NamedTuple):
    """A part of a map: its name, and its bytes."""

    part: str
    content: bytes


def renew(connection: Connection, model_id: int) -> None:
    """Make the parts of a model's map anew, in the caller's transaction, from what the tables hold now."""
    made_at: datetime = connection.scalar(text("select now()"))
    rows = connection.execute(text(ARTICLES.format(id=model_id))).all()
    regions = [dict(row) for row in connection.execute(text(REGIONS.format(id=model_id))).mappings()]
    legends = legends_of(rows)
    points = packed_points({"model_id": model_id, "made_at": made_at.isoformat()}, rows, legends, regions)
    parts = [Part("points", points), Part("titles", titles(rows))]
    parts += [Part(f"colour/{legend.about['field']}", legend.codes.tobytes()) for legend in legends]
    connection.execute(text(f"delete from _map_points_{model_id}"))
    insert = text(f"insert into _map_points_{model_id} (part, content) values (:part, :content)")
    connection.execute(insert, [part._asdict() for part in parts])


def legends_of(rows: Sequence[Any]) -> list[Legend]:
    """Every way to colour these articles that tells at least one of them from nothing."""
    values = {"topic": [[row.topic] for row in rows]} | {name: [getattr(row, name) for row in rows] for name in FACETS}
    legends = [by_values(field, several) for field, several in values.items()]
    years = np.array([_year(row.year) for row in rows], np.float64)
    prominence = np.array([row.prominence for row in rows], np.float64)
    legends += [by_scale("year", years), by_scale("prominence", prominence)]
    return [legend for legend in legends if legend.about["none"] < len(rows)]


def packed_points(
    about: dict[str, Any], rows: Sequence[Any], legends: Sequence[Legend], regions: list[dict[str, Any]]
) -> bytes:
    """The part `points`; docs/map.md says how it is laid out."""
    xy = as_uint16(np.array([(row.x, row.y) for row in rows], np.float64).reshape(-1, 2))
    places = as_uint16(np.array([(one["x"], one["y"]) for one in regions], np.float64).reshape(-1, 2))
    placed = [one | {"x": int(x), "y": int(y)} for one, (x, y) in zip(regions, places, strict=True)]
    header = about | {"articles": len(rows), "fields": [legend.about for legend in legends], "regions": placed}
    document = json.dumps(header, ensure_ascii=False, separators=(",", ":")).encode()
    document += b" " * (-len(document) % 4)
    ids = np.array([row.article_id for row in rows], "<u4")
    length = len(document).to_bytes(4, "little")
    return b"".join((length, document, ids.tobytes(), xy[:, 0].tobytes(), xy[:, 1].tobytes()))


def as_uint16(xy: NDArray[np.float64]) -> NDArray[np.uint16]:
    """From -1 to 1, as 0 to 65535 with the low byte first."""
    return np.round((np.clip(xy, -1, 1) + 1) / 2 * 65535).astype("<u2")


def titles(rows: Sequence[Any]) -> bytes:
    r"""The part `titles`: one title a line, in the order of the points."""
    return "\n".join(" ".join(row.title.split()) for row in rows).encode()


def _year(value: str | None) -> float:
    try:
        return float(value) if value is not None else np.nan
    except ValueError:
        return np.nan
