"""What an archive says of itself: `manifest.json`, written last and read first, where nothing is believed unseen."""

import json
import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

from db.archive.errors import ArchiveDamaged, ArchiveNewer
from db.archive.tables import OLDEST_REVISION
from db.importing.topic_views import TopicView
from db.installing import revision

FORMAT = 1
# PostgreSQL's `integer` and pgvector's `vector` hold no more.
LARGEST_ID, MOST_DIMENSIONS = 2**31 - 1, 16_000
VIEW_NAME, REVISION = re.compile(r"[a-z][a-z0-9_]{0,62}"), re.compile(r"\d{4}")
Kind = TypeVar("Kind")


class Member(NamedTuple):
    """One table: rows in PostgreSQL's binary COPY format.

    Attributes
    ----------
    columns : mapping of str to str
        The SQL type of each column, in the order of the rows.
    size : int
        Bytes, unpacked.
    """

    table: str
    columns: Mapping[str, str]
    rows: int
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What is in an archive.

    Attributes
    ----------
    wikishelf : str
        The version of the program that saved it.
    revision : str
        The shelf's, of `migrations/versions`.
    saved_at : str
        A moment as ISO 8601.
    active : int or None
        The model that answers after a restore.
    models : mapping of int to int
        The dimensions of each model.
    """

    wikishelf: str
    revision: str
    wiki: str | None
    saved_at: str
    active: int | None
    models: Mapping[int, int]
    topic_views: tuple[TopicView, ...]
    tables: tuple[Member, ...]

    @property
    def size(self) -> int:
        """How many bytes all tables have, unpacked."""
        return sum(member.size for member in self.tables)

    def rows(self, table: str) -> int:
        """How many rows a table has."""
        return next(member.rows for member in self.tables if member.table == table)

    def to_json(self) -> bytes:
        """Write it."""
        views = [view._asdict() for view in self.topic_views]
        tables = [member._asdict() for member in self.tables]
        document = {"format": FORMAT, **asdict(self), "topic_views": views, "tables": tables}
        return json.dumps(document, ensure_ascii=False, indent=1).encode()


def parse(data: bytes, path: Path) -> Manifest:
    """Read it.

    Raises
    ------
    ArchiveNewer
        The format or the revision is not known yet.
    ArchiveDamaged
    """
    try:
        stored = json.loads(data)
        version = _is(str, stored["wikishelf"])
        if _number(stored["format"]) > FORMAT:
            raise ArchiveNewer(path=path, version=version, what=f"format {stored['format']}")
        if _like(REVISION, stored["revision"]) > revision.head():
            raise ArchiveNewer(path=path, version=version, what=f"revision {stored['revision']}")
        return _checked(stored)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise ArchiveDamaged(path=path, reason=f"its manifest has {error!r}") from error


def _checked(stored: Mapping[str, Any]) -> Manifest:
    if stored["revision"] < OLDEST_REVISION:
        raise ValueError(stored["revision"])
    manifest = Manifest(
        wikishelf=stored["wikishelf"],
        revision=stored["revision"],
        wiki=None if stored["wiki"] is None else _is(str, stored["wiki"]),
        saved_at=_is(str, stored["saved_at"]),
        active=None if stored["active"] is None else _number(stored["active"]),
        models={_number(int(key)): _number(value, MOST_DIMENSIONS) for key, value in stored["models"].items()},
        topic_views=tuple(map(_view, _is(list, stored["topic_views"]))),
        tables=tuple(map(_member, _is(list, stored["tables"]))),
    )
    if manifest.active is not None and manifest.active not in manifest.models:
        raise ValueError(manifest.active)
    return manifest


def _view(stored: Mapping[str, Any]) -> TopicView:
    facets = tuple(_is(str, name) for name in stored["facets"])
    if len(set(facets)) < len(facets) or any("\0" in name for name in (*facets, stored["topic"])):
        raise ValueError(facets)
    return TopicView(_like(VIEW_NAME, stored["view"]), _is(str, stored["topic"]), facets)


def _member(stored: Mapping[str, Any]) -> Member:
    columns = {_is(str, name): _is(str, kind) for name, kind in stored["columns"].items()}
    table, sha256 = _is(str, stored["table"]), _is(str, stored["sha256"])
    return Member(table, columns, _number(stored["rows"], 2**63, 0), _number(stored["size"], 2**63, 0), sha256)


def _is(kind: type[Kind], value: Any) -> Kind:
    if not isinstance(value, kind):
        raise TypeError(value)
    return value


def _number(value: Any, most: int = LARGEST_ID, least: int = 1) -> int:
    if not least <= _is(int, value) <= most or isinstance(value, bool):
        raise ValueError(value)
    return int(value)


def _like(pattern: re.Pattern[str], value: Any) -> str:
    if not pattern.fullmatch(_is(str, value)):
        raise ValueError(value)
    return str(value)
