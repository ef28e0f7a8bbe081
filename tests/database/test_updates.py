"""An update gives what a first import of the later dump gives, and leaves alone what has not changed."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import text

from db.connection import Database
from db.importing.records import Article, Link, Record, Redirect
from tests.conftest import new_database
from tests.support.planted import article, load

CONTENTS = """
    select 'article', title, topic, page_id::text, infobox::text, revision_id::text, prominence::text from articles
    union all select 'alias', title, target, '', '', '', '' from aliases
    union all select 'facet', a.title, f.name, f.value, '', '', '' from facets f join articles a using (article_id)
    union all
    select 'pair', a.title, l.kind, l.title, p.occurrences::text, p.see_also::text, l.article_count::text
    from article_links p join articles a using (article_id) join links l using (link_id)
    order by 1, 2, 3, 4, 5, 6, 7"""
TABLES = ("articles", "facets", "article_links", "aliases")


@pytest.fixture
def other_database(server_url: str, template: str) -> Iterator[Database]:
    with new_database(server_url, template) as url, Database(url) as database:
        yield database


def contents(database: Database) -> list[Any]:
    with database.session() as connection:
        return [tuple(row) for row in connection.execute(text(CONTENTS))]


def places(database: Database) -> dict[str, dict[str, str]]:
    """Where each row stands, by its text; a row that is written again stands elsewhere."""
    with database.session() as connection:
        return {
            table: dict(map(tuple, connection.execute(text(f"select t::text, ctid::text from {table} t"))))
            for table in TABLES
        }


def book(page_id: int, title: str, revision: int, *links: str, genre: str = "Novel") -> Article:
    return article(title, list(links), page_id=page_id, revision_id=revision, facets=(("genre", genre),))


FIRST: list[Record] = [
    book(1, "Unchanged", 1, "Shared", "Old name", "Becomes an article"),
    book(2, "Changed", 1, "Shared", "Dropped"),
    book(3, "Vanished", 1, "Shared"),
    book(4, "Moved", 1, "Shared"),
    book(5, "Same revision, read otherwise", 1, "Shared"),
    article("Film", ["Shared"], page_id=6, topic="film"),
    Redirect("Becomes an article", "Shared"),
    Redirect("Also unchanged", "Unchanged"),
    Redirect("Led here, leads there", "Unchanged"),
    Redirect("Is no redirect any more", "Unchanged"),
]
LATER: list[Record] = [
    book(1, "Unchanged", 1, "Shared", "Old name", "Becomes an article"),
    book(2, "Changed", 2, "Shared", "Shared twice", "New"),
    book(4, "Moved elsewhere", 2, "Shared"),
    book(5, "Same revision, read otherwise", 1, "Shared", "Seen by a newer reader", genre="Poem"),
    book(7, "Becomes an article", 1, "Shared"),
    article("Film", ["Shared"], page_id=6, topic="film"),
    Redirect("Old name", "New name"),
    Redirect("Shared twice", "Shared"),
    Redirect("Also unchanged", "Unchanged"),
    Redirect("Led here, leads there", "Film"),
]


def test_an_update_gives_what_a_first_import_gives(database: Database, other_database: Database) -> None:
    load(database, *FIRST)
    counts = load(database, *LATER, prune=True)
    assert (counts.new, counts.changed, counts.vanished) == (1, 2, 1)
    load(other_database, *LATER, prune=True)
    assert contents(database) == contents(other_database)
    assert ("pair", "Unchanged", "page", "New name", "1", "false", "1") in contents(database)
    assert ("pair", "Changed", "page", "Shared", "2", "false", "6") in contents(database)


def test_what_has_not_changed_is_not_written_again(database: Database) -> None:
    load(database, *FIRST)
    before = places(database)
    load(database, *FIRST, prune=True)
    assert places(database) == before
    load(database, *LATER, prune=True)
    after = places(database)
    kept = {table: {row for row in before[table] if after[table].get(row) == before[table][row]} for table in TABLES}
    # The pair with Shared stays for Moved, for the one that is read otherwise and for Film. In Unchanged and Changed it
    # has other occurrences, since redirects lead elsewhere.
    assert len(kept["article_links"]) == 3
    assert len(kept["facets"]) == 3
    assert len(kept["aliases"]) == 1


def test_an_article_may_lose_all_its_links(database: Database) -> None:
    load(database, article("A", ["L"], page_id=1), article("B", ["L"], page_id=2))
    load(database, article("A", page_id=1), article("B", page_id=2))
    assert not [row for row in contents(database) if row[0] == "pair"]
    load(database, article("A", {Link("page", "M"): 3}, page_id=1))
    assert [row[3:5] for row in contents(database) if row[0] == "pair"] == [("M", "3")]
