"""Provenance: which sources were read, when, and from which wiki."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy import Connection

from db import schema
from db.errors import WikiMismatch


def check_wiki(connection: Connection, source: str, wiki: str | None) -> None:
    """Refuse a source from another wiki than the shelf's; None stands for records that do not name their wiki.

    Raises
    ------
    WikiMismatch
    """
    column = schema.imports.c.wiki
    stored = connection.scalar(sa.select(column).where(column.is_not(None)).limit(1))
    if wiki is not None and stored is not None and stored != wiki:
        shelf = connection.scalar(sa.text("select current_schema()"))
        raise WikiMismatch(schema=shelf, stored=stored, source=source, wiki=wiki)


def record(
    connection: Connection, source: str, sha256: str, wiki: str | None, started_at: datetime, counts: Mapping[str, Any]
) -> None:
    """Note one source as imported.

    Raises
    ------
    WikiMismatch
        The shelf holds another wiki.
    """
    check_wiki(connection, source, wiki)
    connection.execute(
        sa.insert(schema.imports).values(
            source=source, sha256=sha256, wiki=wiki, started_at=started_at, counts=dict(counts)
        )
    )
