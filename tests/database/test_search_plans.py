"""Filters at every selectivity: complete, near to exact, and by the cheaper way, as EXPLAIN says."""

import json
from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
from sqlalchemy import Connection, text

from db import search
from db.connection import Database
from db.importing import topic_views
from tests.conftest import new_database
from tests.support import library as planted
from tests.support.library import SHARES, Library, N

AUTO_EXPLAIN = (
    "load 'auto_explain'",
    "set auto_explain.log_min_duration = 0",
    "set auto_explain.log_nested_statements = on",
    "set auto_explain.log_analyze = on",
    "set client_min_messages = log",
)
INDEX = "_article_vectors_1_embedding_idx"
SCAN = f"Index Scan using {INDEX}"
ASKED = range(1, N, N // 25)


@pytest.fixture(scope="module")
def library() -> Library:
    return planted.plant()


@pytest.fixture(scope="module")
def shelf(server_url: str, template: str, library: Library) -> Iterator[Database]:
    with new_database(server_url, template) as url, Database(url) as database:
        planted.store(database, library)
        with database.transaction() as connection:
            topic_views.create_topic_views(connection, [topic_views.TopicView("books", "book", ("author", "year"))])
        yield database


def having(**facets: str) -> str:
    """The argument that asks for these facets."""
    return f"facets => '{json.dumps(facets)}'"


def plan(connection: Connection, query: str) -> str:
    """What `explain` says."""
    return "\n".join(connection.scalars(text(f"explain (costs off) {query}")))


def run(connection: Connection, query: str) -> str:
    """The plans that ran, those within functions too; the ways that were not taken are "never executed"."""
    for setting in AUTO_EXPLAIN:
        connection.execute(text(setting))
    session: Any = connection.connection.driver_connection
    plans: list[str] = []

    def hear(diagnostic: Any) -> None:
        plans.append(diagnostic.message_primary)

    session.add_notice_handler(hear)
    connection.execute(text(query))
    session.remove_notice_handler(hear)
    return "\n".join(plans)


def scans(plan: str) -> dict[str, int]:
    """How often each way was executed: by the vectors' index, by a list of ids, or by all of them."""
    lines = [line for line in plan.splitlines() if "never executed" not in line]
    return {
        "nearest": sum(SCAN in line for line in lines),
        "listed": sum("Index Cond: (article_id = ANY (" in line for line in lines),
        "all": any("Seq Scan on _article_vectors_1" in line for line in lines),
    }


def nearest(library: Library, asked: int, allowed: Any) -> set[int]:
    similarity = np.where(allowed, library.rows @ library.rows[asked - 1], -2)
    similarity[asked - 1] = -2
    count = min(10, int((similarity > -2).sum()))
    return set((np.argsort(-similarity)[:count] + 1).tolist())


def test_the_plain_call_is_an_index_scan(shelf: Database) -> None:
    typed = """
        select title from books
        order by embedding <=> (select embedding from books where title = 'Book 7') limit 10"""
    with shelf.session() as connection:
        for call in ("similar_articles('Book 7')", "similar_articles(7)", "articles_near_link('x')"):
            assert SCAN in plan(connection, f"select * from {call}")
        assert SCAN in plan(connection, typed)
        connection.execute(text("set search_path = pg_catalog"))
        assert SCAN in plan(connection, "select * from wikishelf.similar_articles('Book 7')")
        connection.execute(text("set search_path = wikishelf, public"))
        joined = """
            select s.title, a.text_length from similar_articles('Book 7', 50) s join articles a using (article_id)
            where s.similarity > 0.1"""
        assert scans(run(connection, joined)) == {"nearest": 1, "listed": 0, "all": 0}
        assert "Function Scan on similar_articles" not in plan(connection, joined)


@pytest.mark.parametrize("name", ["scattered", "clustered"])
@pytest.mark.parametrize("share", SHARES)
def test_a_filter_of_any_selectivity(shelf: Database, library: Library, name: str, share: float) -> None:
    allowed = getattr(library, name) < share * N
    missed = 0
    for asked in ASKED:
        expected = nearest(library, asked, allowed)
        found = search.similar_articles(shelf, asked, facets={name: str(share)})
        assert len(found) == len(expected) == min(10, int(allowed.sum()) - int(allowed[asked - 1]))
        assert all(allowed[a.article_id - 1] for a in found)
        missed += len(expected - {a.article_id for a in found})
    assert missed <= (0 if share <= 0.01 else 0.05 * 10 * len(ASKED))


@pytest.mark.parametrize(
    ("argument", "way"),
    [
        (having(scattered="0.0001"), "listed"),
        (having(scattered="0.01"), "listed"),
        (having(scattered="0.01", clustered="1.0"), "listed"),
        (having(year="1850..1851"), "listed"),
        ("topic => 'film'", "listed"),
        ("same_author => true", "listed"),
        (having(scattered="0.1"), "nearest"),
        (having(scattered="1.0"), "nearest"),
        (having(year="1900.."), "nearest"),
        ("topic => 'book'", "nearest"),
        ("same_author => false", "nearest"),
        ("exact => true", "all"),
        ('"least" => true', "all"),
    ],
)
def test_the_way_goes_by_how_many_match(shelf: Database, argument: str, way: str) -> None:
    with shelf.session() as connection:
        taken = scans(run(connection, f"select * from similar_articles('Book 7', {argument})"))
    assert taken == {"nearest": 0, "listed": 0, "all": 0, way: 1}


def test_nothing_near_matches(shelf: Database, library: Library) -> None:
    """The index scan gives up, and all that match are compared."""
    far = int(np.argmax(library.clustered)) + 1
    with shelf.session() as connection:
        query = f"select * from similar_articles({far}, {having(clustered='0.1')})"
        assert scans(run(connection, query)) == {"nearest": 1, "listed": 1, "all": 0}
        found = {row.article_id for row in connection.execute(text(query))}
    assert found == nearest(library, far, library.clustered < 0.1 * N)


@pytest.mark.parametrize("setting", ["hnsw.iterative_scan = off", "hnsw.max_scan_tuples = 1", "hnsw.ef_search = 1"])
def test_no_setting_makes_answers_short(shelf: Database, setting: str) -> None:
    with shelf.session() as connection:
        connection.execute(text(f"set {setting}"))
        for count in (10, 300, N + 5):
            for argument, matching in (("", N), (having(scattered="0.1"), 3702), (having(clustered="0.1"), 3702)):
                arguments = f"500, {count}{argument and ', '}{argument}"
                found = connection.scalars(text(f"select article_id from similar_articles({arguments})")).all()
                assert min(count, matching - 1) <= len(set(found)) == len(found) <= min(count, matching)
        connection.execute(text(f"reset {setting.split()[0]}"))


def test_one_plan_for_all_arguments(shelf: Database, library: Library) -> None:
    """A prepared statement may be planned once, knowing no argument."""
    with shelf.session() as connection:
        connection.execute(text("set plan_cache_mode = force_generic_plan"))
        connection.execute(
            text("prepare asked(text, jsonb) as select article_id from similar_articles($1, facets => $2)")
        )
        for share, way in (("0.01", "listed"), ("1.0", "nearest")):
            facets = having(scattered=share).removeprefix("facets => ")
            assert scans(run(connection, f"execute asked('Book 7', {facets})"))[way] == 1
        assert scans(run(connection, "execute asked('Book 7', null)"))["nearest"] == 1
        connection.execute(text("reset plan_cache_mode"))


def test_a_prepared_call_is_planned_once(shelf: Database) -> None:
    """The plan for all arguments must look as cheap as the plan for one, or every call is planned anew."""
    with shelf.session() as connection:
        connection.execute(text("prepare plain(text, integer) as select * from similar_articles($1, $2)"))
        for number in range(1, 11):
            connection.execute(text(f"execute plain('Book {number}', 10)"))
        query = "select custom_plans, generic_plans from pg_prepared_statements where name = 'plain'"
        assert connection.execute(text(query)).one() == (5, 5)
        assert scans(run(connection, "execute plain('Book 7', 10)")) == {"nearest": 1, "listed": 0, "all": 0}


def test_the_index_finds_nearly_all(shelf: Database, library: Library) -> None:
    missed = sum(
        len(nearest(library, asked, True) - {a.article_id for a in search.similar_articles(shelf, asked)})
        for asked in range(1, N, N // 100)
    )
    assert missed <= 0.01 * 10 * 100
