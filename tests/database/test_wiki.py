"""Which wiki a shelf holds, for links: read once, also by somebody who may not read from which file it came."""

from datetime import UTC, datetime

import pytest

import api
from db.connection import Database
from db.errors import DatabaseRefused
from db.importing import provenance
from db.limits import Limits
from tests.support.planted import article, load, store_vectors


def record(database: Database, *wikis: str | None) -> None:
    with database.transaction() as connection:
        for wiki in wikis:
            provenance.record(connection, "file", "hash", wiki, datetime.now(UTC), {})


def test_records_name_no_wiki(database: Database) -> None:
    assert api.Shelf(database).wiki is None
    record(database, None)
    assert api.Shelf(database).wiki is None
    record(database, "frwiki", None)
    assert api.Shelf(database).wiki == "frwiki"


def test_a_reader_is_told_the_wiki_and_not_the_file(database: Database) -> None:
    load(database, article("A", ["C"]), article("B", ["C"]))
    store_vectors(database, {"A": [1, 0], "B": [0, 1]}, {"C": [1, 1]})
    record(database, "frwiki")
    with Database(database.url, limits=Limits(reader=True)) as reading:
        assert api.Shelf(reading).similar_articles("A").wiki == "frwiki"
        with pytest.raises(DatabaseRefused, match="imports"):
            reading.fetch(f"select source from {database.schema}.imports", {})
        with database.transaction() as connection:
            connection.exec_driver_sql("revoke select (wiki) on imports from wikishelf_reader")
        answer = api.Shelf(reading).similar_articles("A")
        assert ([one.title for one in answer], answer.wiki) == (["B"], None)
