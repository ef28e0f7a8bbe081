"""Parts of an import: staged once, kept over a kill, seen by nobody before the merge."""

import threading
from collections.abc import Iterator

import pytest
from sqlalchemy import text

from db.connection import Database
from db.errors import ImportInProgress
from db.importing import staging
from db.importing.records import Article
from tests.support.planted import article


def stage(database: Database, key: str, part: int, *titles: str) -> bool:
    with database.transaction() as connection:
        return staging.stage(connection, key, part, [article(title, ["L"]) for title in titles], lambda: {"n": part})


def count(database: Database, table: str) -> int:
    with database.session() as connection:
        return int(connection.execute(text(f"select count(*) from {table}")).scalar_one())


def test_a_rerun_goes_on_with_the_parts_that_are_missing(database: Database) -> None:
    with staging.importing(database, "one", ["book"], prune=False) as done:
        assert done == {}
        assert stage(database, "one", 0, "A", "B")
    with staging.importing(database, "one", ["book"], prune=False) as done:
        assert done == {0: {"n": 0}}
        assert stage(database, "one", 1, "C")
        assert count(database, "articles") == 0
        with database.transaction() as connection:
            assert staging.merge(connection).articles == 3
    with staging.importing(database, "one", ["book"], prune=False) as done:
        assert done == {}


def test_another_import_begins_anew(database: Database) -> None:
    with staging.importing(database, "one", ["book"], prune=False):
        stage(database, "one", 0, "A")
    with staging.importing(database, "two", ["book"], prune=False) as done:
        assert done == {}
        assert not stage(database, "one", 1, "B"), "a worker of the other import came late"
        assert count(database, "_staging_articles") == 0


def test_a_part_is_staged_once_though_two_processes_read_it(database: Database) -> None:
    with staging.importing(database, "one", ["book"], prune=False):
        first_has_begun, go_on = threading.Event(), threading.Event()

        def slow() -> Iterator[Article]:
            first_has_begun.set()
            go_on.wait(10)
            yield article("A")

        def first() -> None:
            with database.transaction() as connection:
                outcomes.append(staging.stage(connection, "one", 0, slow()))

        outcomes: list[bool] = []
        thread = threading.Thread(target=first)
        thread.start()
        first_has_begun.wait(10)
        second = threading.Thread(target=lambda: outcomes.append(stage(database, "one", 0, "A")))
        second.start()
        go_on.set()
        thread.join(10)
        second.join(10)
        assert sorted(outcomes) == [False, True]
        assert count(database, "_staging_articles") == 1


def test_a_second_import_is_told_who_imports(database: Database) -> None:
    with staging.importing(database, "one", ["book"], prune=False):
        with pytest.raises(ImportInProgress, match=r"process \d+ of the server"):
            staging.importing(database, "two", ["book"], prune=False).__enter__()


def test_parts_of_one_import_meet(database: Database) -> None:
    with staging.importing(database, "one", ["book"], prune=False):
        for part, titles in enumerate(("AB", "BC", "D")):
            stage(database, "one", part, *titles)
        with database.transaction() as connection:
            counts = staging.merge(connection)
    assert (counts.articles, counts.links, counts.pairs) == (4, 1, 4)


def test_a_later_part_may_replace_all_the_last_articles_of_a_part(database: Database) -> None:
    with staging.importing(database, "one", ["book"], prune=False):
        for part, titles in enumerate(("ABC", "BC")):
            stage(database, "one", part, *titles)
        with database.transaction() as connection:
            counts = staging.merge(connection)
    assert (counts.articles, counts.links, counts.pairs) == (3, 1, 3)
