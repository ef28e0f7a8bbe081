"""series_articles: chains, forks, loops, gaps, bounds, and by indexes alone."""

import random
from collections.abc import Iterable, Mapping

import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import ArticleNotFound, TextInvalid
from db.importing.records import Article, Redirect
from tests.database.test_search_plans import run
from tests.support.planted import article, load


def book(title: str, after: Iterable[str] = (), before: Iterable[str] = (), **facets: str) -> Article:
    """A book that follows those in `after` and is followed by those in `before`."""
    chain = [*(("preceded_by", other) for other in after), *(("followed_by", other) for other in before)]
    return article(title, ["Shared"], facets=(*chain, *facets.items()))


def series(database: Database, title: str) -> list[str]:
    """The titles; the places must count from 1."""
    found = search.series_articles(database, title)
    assert [one.place for one in found] == list(range(1, len(found) + 1))
    return [one.title for one in found]


def test_either_article_may_say_what_follows(database: Database) -> None:
    load(
        database,
        book("Three", after=["The second"]),  # by an alias
        book("One", before=["Two"]),
        book("Four", after=["Three"], before=["Five, not written yet"]),
        book("Two", after=["One"]),
        book("Another"),
        Redirect("The second", "Two"),
    )
    for title in ("One", "Two", "Three", "Four", "The second"):
        assert series(database, title) == ["One", "Two", "Three", "Four"]
    assert series(database, "Another") == ["Another"]


def test_an_alias_that_came_later_joins_two_chains(database: Database) -> None:
    load(database, book("One", before=["Second"]), book("Two", before=["Three"]), book("Three"))
    assert series(database, "One") == ["One"]
    load(database, Redirect("Second", "Two"))
    assert series(database, "Three") == series(database, "One") == ["One", "Two", "Three"]


def test_the_facet_joins_what_no_chain_reaches(database: Database) -> None:
    load(
        database,
        book("A late one", series="Saga", year="1999"),
        book("Undated", series="Saga"),
        book("Early", series="Saga", year="1950"),
        book("Also early", series="Saga", year="1950"),
        book("Second", after=["First"], before=["Lost"], series="Saga", year="1961"),
        book("First", series="Saga", year="1960"),
        book("Fourth", after=["Lost"], before=["Fifth"], series="Saga", year="1963"),
        book("Fifth", year="1964"),  # a member by the chain alone
        book("Of another series", series="Cycle", year="1901"),
    )
    expected = ["First", "Second", "Fourth", "Fifth", "Also early", "Early", "A late one", "Undated"]
    for title in expected:
        assert series(database, title) == expected
    assert series(database, "Of another series") == ["Of another series"]


def test_a_series_of_its_own_goes_before_those_of_the_chain(database: Database) -> None:
    load(
        database,
        book("One", before=["Two"], series="Saga"),
        book("Two", after=["One"], series="Classics"),
        book("Another classic", series="Classics"),
        book("Three", after=["Two"]),
    )
    assert series(database, "One") == ["One", "Two", "Three"]
    assert series(database, "Two") == series(database, "Three") == ["One", "Two", "Three", "Another classic"]


def test_forks_go_on_one_after_the_other_and_wait_for_each_other(database: Database) -> None:
    load(
        database,
        book("Root", before=["Left 1", "Right 1"]),
        book("Left 1", before=["Left 2"], year="1992"),
        book("Left 2", before=["End"], year="1993"),
        book("Right 1", before=["Right 2"], year="1991"),
        book("Right 2", before=["End"], year="1994"),
        book("End", after=["Left 2", "Right 2"], year="1980"),
    )
    expected = ["Root", "Right 1", "Right 2", "Left 1", "Left 2", "End"]
    assert series(database, "End") == series(database, "Left 2") == expected


def test_loops_are_opened_at_the_earliest(database: Database) -> None:
    load(
        database,
        book("C", after=["B"], before=["A"], year="1903"),
        book("B", after=["A", "B"], before=["The book"], year="1902"),  # before itself, by an alias
        book("A", before=["B"], year="1901"),
        book("D", after=["C"]),
        Redirect("The book", "B"),
    )
    for title in "ABCD":
        assert series(database, title) == ["A", "B", "C", "D"]


def graph(seed: int, acyclic: bool) -> Mapping[str, set[str]]:
    """What follows each of 12 books; in a graph without loops, only books of greater rank."""
    numbers = random.Random(seed)
    titles = [f"{seed}{acyclic}{n}" for n in numbers.sample(range(100), 12)]
    pairs = [(numbers.randrange(12), numbers.randrange(12)) for _ in range(14)]
    following: dict[str, set[str]] = {title: set() for title in titles}
    for pair in pairs:
        before, after = sorted(pair) if acyclic else pair
        if before != after:
            following[titles[before]].add(titles[after])
    return following


def component(following: Mapping[str, set[str]], title: str) -> set[str]:
    """All that steps in either direction reach."""
    found, size = {title}, 0
    while len(found) > size:
        size = len(found)
        found |= {b for a in found for b in following[a]} | {a for a in following if following[a] & found}
    return found


@pytest.mark.parametrize("acyclic", [True, False])
def test_every_member_once_whatever_the_graph(database: Database, acyclic: bool) -> None:
    graphs = [graph(seed, acyclic) for seed in range(25)]
    load(
        database,
        *(
            book(title, before=others) if seed % 2 else book(title, [a for a in following if title in following[a]])
            for seed, following in enumerate(graphs)
            for title, others in following.items()
        ),
    )
    for following in graphs:
        for title in following:
            found = series(database, title)
            assert len(found) == len(set(found))
            assert set(found) == component(following, title)
            assert found == series(database, found[0])
            if acyclic:
                assert all(found.index(a) < found.index(b) for a in found for b in following[a])


def test_an_unknown_title_gets_the_nearest_and_no_model_is_needed(database: Database) -> None:
    load(database, book("The Two Towers"))
    with pytest.raises(ArticleNotFound, match='no article is called "The Tow Towers"; did you mean "The Two Towers"'):
        search.series_articles(database, "The Tow Towers")
    with pytest.raises(TextInvalid):
        search.series_articles(database, "a\0b")
    with database.session() as connection:
        assert connection.execute(text("select * from series_articles('Zzyzx')")).all() == []


BOOKS = 20_000  # chains of 1,000, of which every second is a series of its own
LARGE = """
    insert into articles (article_id, topic, title, infobox, text_length)
    select n, 'book', 'Book ' || n, '{}', 1 from generate_series(1, :books) n;
    insert into facets
    select n, 'followed_by', 'Book ' || n + 1 from generate_series(1, :books) n where n % 1000 <> 0
    union all
    select n, 'series', 'Series ' || (n - 1) / 1000 from generate_series(1, :books) n where (n - 1) / 1000 % 2 = 1
    union all
    select n, 'genre', 'Novel' from generate_series(1, :books) n;
    analyze articles, facets"""


def test_at_most_500_of_a_long_series_by_indexes_alone(database: Database) -> None:
    with database.session() as connection:
        for statement in LARGE.split(";"):
            connection.execute(text(statement), {"books": BOOKS} if ":books" in statement else {})
        plans = run(connection, "select * from series_articles('Book 7600')")
    assert "Index Only Scan using facets_name_value_article_id_idx" in plans
    assert [line for line in plans.splitlines() if "Seq Scan" in line and "never executed" not in line] == []
    for asked in (7600, 8600):  # with a series, and without: the nearest in the chain
        found = series(database, f"Book {asked}")
        assert len(found) == 500
        assert found == [f"Book {n}" for n in range(asked - 250, asked + 250)] or found == [
            f"Book {n}" for n in range(asked - 249, asked + 251)
        ]
    assert series(database, "Book 7001")[0] == "Book 7001"
