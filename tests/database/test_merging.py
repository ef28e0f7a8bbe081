from typing import Any

import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import ArticleWithoutVector
from db.importing import staging
from db.importing.records import Counts, Link, Redirect
from tests.support.planted import article, load, store_model


def rows(database: Database, query: str) -> list[tuple[Any, ...]]:
    with database.session() as connection:
        return [tuple(row) for row in connection.execute(text(query))]


PAIRS = """
    select a.title, l.kind, l.title, p.occurrences
    from article_links p join articles a using (article_id) join links l using (link_id) order by 1, 2, 3"""


def test_an_article_is_stored_whole(database: Database) -> None:
    counts = load(
        database,
        article(
            'Tab\t"quote" \\N and \\.',
            infobox={"name": "line\nbreak\ttab", "empty": ""},
            page_id=7,
            revision_id=9,
            links={Link("page", "Napoleon"): 2, Link("category", "Novels"): 1, Link("site", "e.org"): 1},
            facets=(("genre", "Satire"), ("year", "1869")),
        ),
    )
    assert counts == Counts(articles=1, new=1, changed=0, vanished=0, links=3, pairs=3, aliases=0, facets=2)
    assert rows(database, "select title, infobox, page_id, revision_id from articles") == [
        ('Tab\t"quote" \\N and \\.', {"name": "line\nbreak\ttab", "empty": ""}, 7, 9)
    ]
    title = 'Tab\t"quote" \\N and \\.'
    assert rows(database, PAIRS) == [
        (title, "category", "Novels", 1),
        (title, "page", "Napoleon", 2),
        (title, "site", "e.org", 1),
    ]


def test_redirects_are_followed_to_the_end_wherever_they_stand(database: Database) -> None:
    load(
        database,
        Redirect("Sci-fi", "SF"),
        article("Dune", {"Sci-fi": 2, "Science fiction": 1, "Loop A": 1}, facets=(("genre", "Sci-fi"),)),
        Redirect("SF", "Science fiction"),
        Redirect("Loop A", "Loop B"),
        Redirect("Loop B", "Loop A"),
        Redirect("Nobody links here", "Nothing"),
        Redirect("Dune (novel)", "Dune"),
    )
    assert rows(database, PAIRS) == [("Dune", "page", "Loop A", 1), ("Dune", "page", "Science fiction", 3)]
    assert rows(database, "select value from facets") == [("Science fiction",)]
    assert rows(database, "select title, target from aliases order by title") == [
        ("Dune (novel)", "Dune"),
        ("SF", "Science fiction"),
        ("Sci-fi", "Science fiction"),
    ]


def test_a_category_is_not_redirected_by_a_page(database: Database) -> None:
    load(database, article("A", links={Link("category", "SF"): 1}), Redirect("SF", "Science fiction"))
    assert rows(database, PAIRS) == [("A", "category", "SF", 1)]


@pytest.mark.parametrize("remembered", [0, 2, 100])
def test_batches_meet_in_one_link(database: Database, monkeypatch: pytest.MonkeyPatch, remembered: int) -> None:
    monkeypatch.setattr(staging, "RECORDS_PER_BATCH", 2)
    monkeypatch.setattr(staging, "LINKS_REMEMBERED", remembered)
    counts = load(database, *(article(f"Book {n}", ["Shared", f"Own {n}"]) for n in range(5)))
    assert (counts.articles, counts.links, counts.pairs) == (5, 6, 10)
    assert rows(database, "select article_count from links where title = 'Shared'") == [(5,)]
    made = [(f"Book {n}", "page", title, 1) for n in range(5) for title in (f"Own {n}", "Shared")]
    assert rows(database, PAIRS) == made


def test_a_second_load_replaces_and_keeps_the_ids(database: Database) -> None:
    load(database, article("A", ["Old", "Kept"], page_id=1), article("B", ["Old"], page_id=2))
    before = rows(database, "select title, article_id from articles order by title")
    load(database, article("A", ["Kept", "New"], page_id=1))
    assert rows(database, "select title, article_id from articles order by title") == before
    assert rows(database, PAIRS) == [
        ("A", "page", "Kept", 1),
        ("A", "page", "New", 1),
        ("B", "page", "Old", 1),
    ]
    assert rows(database, "select title, article_count from links order by title") == [
        ("Kept", 1),
        ("New", 1),
        ("Old", 1),
    ]


def test_two_articles_may_swap_their_titles(database: Database) -> None:
    load(database, article("A", page_id=1), article("B", page_id=2))
    load(database, article("B", page_id=1), article("A", page_id=2))
    assert rows(database, "select page_id, title from articles order by 1") == [(1, "B"), (2, "A")]


def test_of_one_title_twice_the_last_counts(database: Database) -> None:
    counts = load(database, article("A", ["First"]), article("A", ["Second"]))
    assert counts.articles == counts.pairs == 1
    assert rows(database, PAIRS) == [("A", "page", "Second", 1)]


def test_a_link_to_a_stored_article_names_it(database: Database) -> None:
    load(database, article("A", ["B", "Alias of B", "Elsewhere"]), article("B"), Redirect("Alias of B", "B"))
    query = "select l.title, a.title from links l left join articles a using (article_id) order by 1"
    assert rows(database, query) == [("B", "B"), ("Elsewhere", None)]


def test_a_title_that_becomes_an_article_is_no_alias_any_more(database: Database) -> None:
    load(database, article("A"), Redirect("Also A", "A"))
    load(database, article("Also A"))
    assert rows(database, "select count(*) from aliases") == [(0,)]


def test_an_error_leaves_nothing(database: Database) -> None:
    def broken() -> Any:
        yield article("A", ["B"])
        raise ValueError("the source breaks")

    with pytest.raises(ValueError, match="the source breaks"):
        load(database, *broken())
    assert rows(database, "select count(*) from articles") == [(0,)]


def test_a_repeated_import_gives_the_same_ids(database: Database) -> None:
    with pytest.raises(ZeroDivisionError), database.transaction() as connection:
        staging.clear(connection, "test", ("book",), prune=False)
        staging.stage(connection, "test", 0, [article("A", ["L"])])
        staging.merge(connection)
        raise ZeroDivisionError
    load(database, article("A", ["L"]))
    assert rows(database, "select article_id, link_id from article_links") == [(1, 1)]


def test_an_update_counts_new_changed_and_vanished(database: Database) -> None:
    old = [article(title, ["L"], page_id=n, revision_id=n) for n, title in enumerate("ABCD", start=1)]
    load(database, *old, Redirect("Also D", "D"), Redirect("Also A", "A"))
    update = [old[0], article("B", ["M"], page_id=2, revision_id=9), article("E", ["L"], page_id=5, revision_id=5)]
    counts = load(database, *update, Redirect("Also A", "A"))
    assert (counts.articles, counts.new, counts.changed, counts.vanished) == (3, 1, 1, 2)
    assert rows(database, "select count(*) from articles") == [(5,)]
    assert load(database, *update, Redirect("Also A", "A"), prune=True).vanished == 2
    assert rows(database, "select title, article_id from articles order by 1") == [("A", 1), ("B", 2), ("E", 5)]
    assert rows(database, "select title from aliases") == [("Also A",)]
    orphans = (
        "select count(*) from article_links p where not exists (select from articles where article_id = p.article_id)"
    )
    assert rows(database, orphans) == [(0,)]
    assert rows(database, "select title, article_count from links order by 1") == [("L", 2), ("M", 1)]


def test_an_article_that_loses_its_revision_is_changed(database: Database) -> None:
    load(database, article("A", ["L"], revision_id=5))
    assert load(database, article("A", ["L"])).changed == 1
    assert load(database, article("A", ["L"])).changed == 0


def test_pruning_spares_other_topics(database: Database) -> None:
    load(database, article("Album", topic="album"), article("Film", topic="film"), article("Book"))
    load(database, article("Other book"), prune=True)
    assert rows(database, "select title from articles order by 1") == [("Album",), ("Other book",)]


def test_the_id_of_a_vanished_article_is_not_given_again(database: Database) -> None:
    load(database, *(article(f"Book {n}", ["Shared"]) for n in range(12)))
    store_model(database)
    load(database, *(article(f"Book {n}", ["Shared"]) for n in range(11)), prune=True)
    load(database, article("Newcomer", ["Shared"]))
    with pytest.raises(ArticleWithoutVector):
        search.similar_articles(database, "Newcomer")
