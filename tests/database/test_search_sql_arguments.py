"""Arguments of the SQL functions: whole numbers of every type, and one line for what no search takes."""

from collections.abc import Iterator

import psycopg
import pytest

from db.connection import Database
from tests.conftest import new_database
from tests.support.planted import article, load, load_small_shelf, store_model


@pytest.fixture(scope="module")
def shelf(server_url: str, template: str) -> Iterator[Database]:
    with new_database(server_url, template) as url, Database(url) as database:
        load_small_shelf(database)
        load(database, article("Emma", ["Shared"], facets=(("genre", "Novel"), ("author", "Jane Austen"))))
        store_model(database)
        yield database


CALLS = (
    "similar_articles('Book 1', {})",
    "similar_articles(1, {})",
    "similar_links('Shared', {})",
    "links_near_article('Book 1', {})",
    "articles_near_link('Shared', {})",
    "recommend_articles('{{Book 1}}', count => {})",
    "search_articles('book', {})",
    "explain_similarity('Book 1', 'Book 2', {})",
    "articles_in_region(1, {})",
    "nearest_articles(article_embedding(1), '{{}}', {})",
)
TWO = ("2::bigint", "2::smallint", "(select count(*) from (values (1), (2)) v)", "cardinality('{1,2}'::text[])")


@pytest.mark.parametrize("call", CALLS)
def test_counts_of_every_type_in_sql(shelf: Database, call: str) -> None:
    with psycopg.connect(shelf.url, autocommit=True) as connection:
        expected = connection.execute(f"select * from {call.format(2)}").fetchall()
        for count in (
            "2::bigint",
            "2::smallint",
            "(select count(*) from (values (1), (2)) v)",
            "cardinality('{1,2}'::text[])",
        ):
            assert connection.execute(f"select * from {call.format(count)}").fetchall() == expected
        for count in ("0", "-1", "null", "-9223372036854775808"):
            with pytest.raises(
                psycopg.errors.InvalidParameterValue, match="count must be a whole number above 0, not "
            ):
                connection.execute(f"select * from {call.format(count)}").fetchall()
        for count in ("2147483647", "9223372036854775807"):
            assert len(connection.execute(f"select * from {call.format(count)}").fetchall()) >= len(expected)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        ("similar_articles('Book 1', topic => 'album')", 'no article has the topic "album"; the shelf has book, film'),
        ("search_articles('book', 3, 'album')", 'no article has the topic "album"; the shelf has book, film'),
        ("articles_near_link('Shared', 3, 'Book')", 'no article has the topic "Book"; the shelf has book, film'),
        ("nearest_articles(article_embedding(1), topic => '')", 'no article has the topic ""; the shelf has book'),
        ("recommend_articles('{Book 1}', facets => '{\"gener\": 1}')", 'no article has a facet "gener"; there are au'),
        ("similar_articles(1, facets => '{\"genre\": {\"is\": 1}}')", 'the facet genre cannot be {"is": 1}'),
        ("similar_articles(1, facets => '{\"genre\": [null]}')", "the facet genre cannot be [null]"),
        ("similar_articles(1, facets => '{\"genre\": [[1]]}')", "the facet genre cannot be [[1]]"),
        ("similar_articles(1, facets => '[]')", "facets must be an object of names and values"),
        ("similar_articles(1, facets => 'null')", "facets must be an object of names and values"),
        ("similar_articles(1, facets => '5')", "facets must be an object of names and values"),
        ("similar_links('Shared', 3, 'author')", 'the kind of a link must be page, category or site, not "author"'),
        ("similar_articles(1, prominence => 'nan')", "prominence must be between -1 (hidden gems) and 1"),
        ("similar_articles(1, prominence => null)", "prominence must be between -1 (hidden gems) and 1"),
        ("articles_near_link('Shared', min_similarity => 2)", "min_similarity must be between -1 and 1, not 2"),
        ("recommend_articles('{Book 1}', diversity => 1.5)", "diversity must be between 0 and 1, not 1.5"),
        ("recommend_articles('{Book 1}', weights => '{-1}')", "a weight must be a number from 0 on, not -1"),
        ("recommend_articles('{Book 1}', weights => '{nan}')", "a weight must be a number from 0 on, not NaN"),
        ("recommend_articles('{Book 1}', weights => '{inf}')", "a weight must be a number from 0 on, not Infinity"),
    ],
)  # fmt: skip
def test_sql_says_what_is_wrong(shelf: Database, call: str, message: str) -> None:
    with psycopg.connect(shelf.url) as connection, pytest.raises(psycopg.errors.InvalidParameterValue) as refused:
        connection.execute(f"select * from {call}").fetchall()
    assert str(refused.value).startswith(message)
