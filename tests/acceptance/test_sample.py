"""From the sample's dump to answers, by every way of asking."""

import psycopg
import pytest

import api
from tests.conftest import ROOT
from tests.support.commands import answer, done, refusal


def facet(url: str, title: str, name: str) -> set[str]:
    query = "select value from facets join articles using (article_id) where title = %s and name = %s"
    with psycopg.connect(url) as connection:
        return {value for (value,) in connection.execute(query, (title, name))}


def test_neighbours_of_war_and_peace_are_russian(sample_url: str) -> None:
    found = answer("api", "similar", "War and Peace", "--topic", "book", "--count", "5", DATABASE_URL=sample_url)
    russian = [one["title"] for one in found if "Russian" in facet(sample_url, one["title"], "language")]
    assert len(russian) >= 3, found


def test_tolkien_comes_first(sample_url: str) -> None:
    title = "The Fellowship of the Ring"
    found = answer("api", "similar", title, "--topic", "book", "--count", "3", DATABASE_URL=sample_url)
    assert all("J. R. R. Tolkien" in facet(sample_url, one["title"], "author") for one in found), found


def test_a_film_like_a_book_is_its_adaptation(sample_url: str) -> None:
    title = "The Fellowship of the Ring"
    found = answer("api", "similar", title, "--topic", "film", "--count", "3", DATABASE_URL=sample_url)
    assert "The Lord of the Rings: The Fellowship of the Ring" in [one["title"] for one in found], found


def test_links_have_neighbours(sample_url: str) -> None:
    found = answer("api", "similar", "Napoleon", "--link", "--count", "10", DATABASE_URL=sample_url)
    assert {one["title"] for one in found} & {"Napoleonic Wars", "French invasion of Russia", "Battle of Waterloo"}


def test_psql_prints_each_query_beside_its_answer(sample_url: str) -> None:
    printed = done("db", "psql", "-X", "-e", "-P", "pager=off", "-f", "examples/demo.sql", DATABASE_URL=sample_url)
    script = (ROOT / "examples" / "demo.sql").read_text(encoding="utf-8")
    queries = [block for block in script.split("\\echo")[1:] if "select" in block]
    assert len(queries) >= 4
    assert printed.count(" rows)") + printed.count("(1 row)") == len(queries)
    assert "(0 rows)" not in printed
    for query in queries:
        assert query.split("\n", 1)[1].strip().splitlines()[0] in printed


def test_every_way_of_asking_gives_the_same_answer(sample_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with psycopg.connect(sample_url) as connection:
        by_sql = connection.execute("select title, similarity from similar_articles('Dracula', 7, 'book')").fetchall()
    by_command = answer("api", "similar", "Dracula", "--count", "7", "--topic", "book", DATABASE_URL=sample_url)
    monkeypatch.setenv("DATABASE_URL", sample_url)
    with api.connect() as shelf:
        by_python = shelf.similar_articles("Dracula", count=7, topic="book")
    assert [(one.title, one.similarity) for one in by_python] == by_sql
    assert [(one["title"], one["similarity"]) for one in by_command] == by_sql


def test_tables_are_for_people(sample_url: str) -> None:
    printed = done("api", "similar", "Dracula", DATABASE_URL=sample_url)
    assert printed.splitlines()[0].split() == ["topic", "title", "similarity"]
    assert len(printed.splitlines()) == 11
    found = done("api", "search", "brothers karamasov", DATABASE_URL=sample_url)
    assert "The Brothers Karamazov" in found


def test_an_unknown_title_gets_suggestions(sample_url: str) -> None:
    line = refusal("api", "similar", "Draculla", DATABASE_URL=sample_url)
    assert 'no article is called "Draculla"; did you mean "Dracula"' in line
    assert "1 to 10000" in refusal("api", "similar", "Dracula", "--count", "0", DATABASE_URL=sample_url)
