"""How many pages link to an article: every page counts once, whatever leads there, and never itself."""

from collections.abc import Mapping, Sequence

import numpy as np
import pytest
from sqlalchemy import text

from db.connection import Database
from db.importing import staging
from db.importing.records import PageLinks, Record, Redirect
from db.importing.title_hashes import title_hashes
from tests.support.planted import article, load


def pages(links: Mapping[str, Sequence[str]]) -> PageLinks:
    """Pages by their titles, with what they link to."""
    sizes = np.array(list(map(len, links.values())), dtype=np.int32)
    return PageLinks(title_hashes(links), sizes, title_hashes(one for targets in links.values() for one in targets))


def linked_from(database: Database) -> dict[str, int | None]:
    with database.session() as connection:
        rows = connection.execute(text("select title, linked_from from articles")).all()
    return {row.title: row.linked_from for row in rows}


def test_every_page_counts_once(database: Database) -> None:
    load(
        database,
        Redirect("Emma (novel)", "Emma"),
        Redirect("The novel Emma", "Emma (novel)"),
        article("Emma"),
        article("Dune"),
        pages({
            "A town": ["Emma", "Emma (novel)", "The novel Emma", "Nowhere"],
            "A river": ["Dune", "The novel Emma"],
            "Emma": ["Dune", "Emma", "Emma (novel)"],
            "Dune": [],
        }),
        pages({"A lake": ["Emma"]}),
    )  # fmt: skip
    assert linked_from(database) == {"Emma": 3, "Dune": 2}


def test_records_without_pages_have_no_count(database: Database) -> None:
    load(database, article("Emma", ["Dune"]), article("Dune"))
    assert linked_from(database) == {"Emma": None, "Dune": None}


def test_a_page_that_two_files_hold_counts_as_the_last_says(database: Database) -> None:
    load(
        database,
        *(article(title) for title in ("Emma", "Dune", "Ivanhoe")),
        pages({"A town": ["Emma", "Dune"], "A river": ["Emma"]}),
        pages({"A town": ["Ivanhoe"], "A lake": ["Ivanhoe"]}),
        pages({"A town": ["Dune", "Ivanhoe"], "A wood": ["Emma"]}),
    )
    assert linked_from(database) == {"Emma": 2, "Dune": 1, "Ivanhoe": 2}


TEN = {f"Page {n}": ["Emma", "Dune"] for n in range(10)}


def test_a_newer_dump_replaces_the_counts_of_all_articles(database: Database) -> None:
    load(database, article("Emma"), article("Dune"), pages(TEN))
    load(database, article("Ivanhoe"), pages({f"Page {n}": ["Emma", "Ivanhoe"] for n in range(1, 10)}))
    assert linked_from(database) == {"Emma": 9, "Dune": 0, "Ivanhoe": 9}


@pytest.mark.parametrize("records", [[], [pages({f"Page {n}": ["Emma", "Ivanhoe"] for n in range(8)})]])
def test_a_part_of_the_wiki_leaves_the_counts_of_the_whole(database: Database, records: list[Record]) -> None:
    load(database, article("Emma"), article("Dune"), pages(TEN))
    load(database, article("Ivanhoe"), *records)
    assert linked_from(database) == {"Emma": 10, "Dune": 10, "Ivanhoe": None}


def test_an_import_that_prunes_is_taken_as_whole(database: Database) -> None:
    load(database, article("Emma"), article("Dune"), pages(TEN))
    load(database, article("Emma"), pages({"Page 1": ["Emma"]}), prune=True)
    assert linked_from(database) == {"Emma": 1}


def test_all_files_of_one_import_add_up_in_any_order(database: Database) -> None:
    parts: list[list[Record]] = [
        [article("Emma"), pages({"A": ["Emma", "SF"]})],
        [article("Dune"), pages({"B": ["Emma"]})],
        [pages({"C": ["Dune"]}), Redirect("SF", "Dune")],
    ]
    with staging.importing(database, "one", ["book"], prune=False):
        for part in (2, 0, 1):
            with database.transaction() as connection:
                staging.stage(connection, "one", part, parts[part])
        with database.transaction() as connection:
            staging.merge(connection)
            assert connection.scalar(text("select count(*) from _staging_page_links")) == 0
    assert linked_from(database) == {"Emma": 2, "Dune": 2}


def test_prominence_follows_the_count(database: Database) -> None:
    few, many = pages({"A": ["Emma"]}), pages({f"P{n}": ["Dune"] for n in range(50)})
    load(database, article("Emma", ["x", "y", "z"]), article("Dune"), article("Ivanhoe"), few, many)
    with database.session() as connection:
        order = connection.scalars(text("select title from articles order by prominence")).all()
    assert order == ["Ivanhoe", "Emma", "Dune"]
