import numpy as np

from db import pairs
from db.connection import Database
from db.importing.records import Link
from tests.support.planted import article, load


def test_pairs_come_ordered_and_indexed(database: Database) -> None:
    load(database, article("A", {"X": 2, "Y": 1}), article("B", ["Y"]), article("C"))
    with database.transaction() as connection:
        read = pairs.read(connection)
    assert read.article_ids.tolist() == [1, 2]
    assert read.link_ids.tolist() == [1, 2]
    assert read.article_index.tolist() == [0, 0, 1]
    assert read.link_index.tolist() == [0, 1, 1]
    assert read.occurrences.tolist() == [2, 1, 1]
    assert {getattr(read, name).dtype for name in read.__slots__} == {np.dtype(np.int32)}


def test_kinds_topics_and_dropped_titles(database: Database) -> None:
    load(
        database,
        article("A", links={Link("page", "P"): 1, Link("category", "C"): 1, Link("site", "s.org"): 1}),
        article("F", ["P", "Paperback"], topic="film"),
    )
    with database.transaction() as connection:
        assert len(pairs.read(connection).link_index) == 4
        assert len(pairs.read(connection, kinds=("site",)).link_index) == 1
        assert pairs.read(connection, topics=("film",), drop_titles=("Paperback",)).link_index.tolist() == [0]


def test_nothing_stored_gives_empty_arrays(database: Database) -> None:
    with database.transaction() as connection:
        read = pairs.read(connection)
    assert read.article_ids.shape == read.link_index.shape == (0,)


def test_many_chunks_are_one_array(database: Database) -> None:
    load(database, *(article(f"Book {n:05}", ["Shared", f"Link {n % 7}"]) for n in range(5_000)))
    with database.transaction() as connection:
        read = pairs.read(connection)
    assert len(read.link_index) == 10_000
    assert (np.diff(read.article_index) >= 0).all()
    assert np.bincount(read.article_index).tolist() == [2] * 5_000
