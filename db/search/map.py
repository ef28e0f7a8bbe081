"""The ready-made parts of the active model's map, for what draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from db.connection import Database
from db.errors import MapMissing
from db.search import diagnose


@dataclass(frozen=True, slots=True)
class MapPart:
    """A part of the map: `points`, `titles`, or `colour/` and a field; docs/map.md says how their bytes are laid out.

    Attributes
    ----------
    made_at : datetime
        When the parts of this map were made; together with `model_id` it names the map that a reader has.
    """

    model_id: int
    made_at: datetime
    content: bytes


def map_part(database: Database, part: str) -> MapPart | None:
    """Return a part of the active model's map, or None if no model is active, it has no map or no such part."""
    query = f"select model_id, made_at, content from {database.schema}._map_points where part = %(part)s"
    rows = database.fetch(query, {"part": part})
    return MapPart(*rows[0]) if rows else None


def map_version(database: Database, part: str = "points") -> tuple[int, datetime] | None:
    """Return the model_id of such a part and when it was made, or None as `map_part` does."""
    query = f"select model_id, made_at from {database.schema}._map_points where part = %(part)s"
    return next(((model_id, made_at) for model_id, made_at in database.fetch(query, {"part": part})), None)


def places(database: Database, article_ids: Sequence[int]) -> dict[int, tuple[float, float]]:
    """Return x and y, -1 to 1, of those of the articles that stand on the active model's map."""
    query = f"""
        select article_id, x, y from {database.schema}.article_positions
        where article_id = any(%(ids)s::integer[])"""
    return {article_id: (x, y) for article_id, x, y in database.fetch(query, {"ids": list(article_ids)})}


def map_parts(database: Database, *parts: str) -> dict[str, bytes]:
    """The ready-made parts of the active model's map, by name, as docs/map.md describes them; all are of one map.

    Raises
    ------
    MapMissing, NoActiveModel
    """
    query = f"select part, content from {database.schema}._map_points where part = any(%(parts)s::text[])"
    found = dict(database.fetch(query, {"parts": list(parts)}))
    if not found:
        with database.reading() as connection:
            raise MapMissing(model_id=diagnose.check_model(connection))
    return found
