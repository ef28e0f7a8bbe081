"""What is asked wrongly, or in another way than usual: one clear line, or the right answer."""

import unicodedata
from collections.abc import Callable, Iterator
from decimal import Decimal
from fractions import Fraction
from typing import Any

import numpy as np
import psycopg
import pytest

from db import search
from db.connection import Database
from db.errors import ArgumentInvalid, CountInvalid, FacetInvalid, WeightsInvalid, WikishelfError
from db.search import described
from tests.conftest import new_database
from tests.support.planted import article, load, load_small_shelf, store_model

MISERABLES = "Les Misérables"
NFD = unicodedata.normalize("NFD", MISERABLES)
# However MediaWiki reads a title, and what copying leaves in one.
SPELLINGS = (
    NFD, "les Misérables", "Les_Misérables", "  Les  Misérables ", "Les Misérables#Plot", "Les Misérables_#_Plot",
    "\u200eLes Misérables\u200f", "Les \u202dMisérables", "Les&nbsp;Misérables", "Les\u00a0Misérables",
    "Les\u3000Misérables", "Les\u2009Misérables", ":Les Misérables", " : les_Misérables", "Les Misé\u00adrables",
    "Les\u200b Misérables", "\ufeffLes Misérables", "Les\tMisérables", "Les\nMisérables", f"_{NFD}_",
)  # fmt: skip


def kind_of(value: object) -> str:
    """The name of a parameter, the same in every process."""
    return type(value).__name__


@pytest.fixture(scope="module")
def shelf(server_url: str, template: str) -> Iterator[Database]:
    with new_database(server_url, template) as url, Database(url) as database:
        load_small_shelf(database)
        facets = (("genre", "Roman à clef"), ("author", "Charlotte Brontë"), ("year", "1862"))
        load(database, article(MISERABLES, ["Shared", "AT&T", "Élan"], facets=facets), article("AT&T", ["Shared"]))
        store_model(database)
        yield database


def named(shelf: Database, title: str) -> int:
    return described.describe_article(shelf, title).article_id


@pytest.mark.parametrize("spelling", SPELLINGS)
def test_a_title_is_read_as_mediawiki_reads_one(shelf: Database, spelling: str) -> None:
    article_id = named(shelf, MISERABLES)
    assert named(shelf, spelling) == article_id
    expected = search.similar_articles(shelf, article_id, 5)
    assert search.similar_articles(shelf, spelling, 5) == expected
    assert search.recommend_articles(shelf, [spelling]) == search.recommend_articles(shelf, [MISERABLES])
    assert search.links_near_article(shelf, spelling) == search.links_near_article(shelf, MISERABLES)
    assert search.explain_similarity(shelf, spelling, "Book 1") == search.explain_similarity(
        shelf, MISERABLES, "Book 1"
    )
    assert [one.title for one in search.series_articles(shelf, spelling)] == [MISERABLES]
    excluded = search.similar_articles(shelf, "Book 1", 100, exclude=[spelling])
    assert MISERABLES not in {one.title for one in excluded}


@pytest.mark.parametrize(
    ("written", "read"),
    [("shared", "Shared"), ("common", "Shared"), ("AT&amp;T", "AT&T"), ("at&T", None), ("e\u0301lan", "Élan"),
     ("_Shared_", "Shared"), ("Shared#x", "Shared"), (":Shared", "Shared"), ("SHARED", None), ("#Shared", None),
     ("", None)],
)  # fmt: skip
def test_a_link_s_title_is_read_so_too(shelf: Database, written: str, read: str | None) -> None:
    if read is None:
        with pytest.raises(WikishelfError, match="no link is called"):
            search.similar_links(shelf, written)
    else:
        assert search.similar_links(shelf, written, 3) == search.similar_links(shelf, read, 3)
        assert search.articles_near_link(shelf, written, 3) == search.articles_near_link(shelf, read, 3)


@pytest.mark.parametrize("title", ["ßeta", "აბა", "ǆungla"])
def test_the_first_letter_is_raised_as_mediawiki_does(database: Database, title: str) -> None:
    raised = {"ǆungla": "Ǆungla"}.get(title, title)
    load(database, article(raised, ["Shared"]))
    assert described.describe_article(database, title).title == raised


WHOLE = (1, np.int8(1), np.int16(1), np.int32(1), np.int64(1), np.uint8(1), np.uint64(1), np.array(1))
NOT_WHOLE = (1.0, np.float64(1), True, np.bool_(True), Decimal(1), Fraction(1), None, b"1", [1], {1}, object())


@pytest.mark.parametrize("number", WHOLE, ids=kind_of)
def test_any_whole_number_is_an_id_or_a_count(shelf: Database, number: Any) -> None:
    assert search.similar_articles(shelf, number, number) == search.similar_articles(shelf, 1, 1)
    assert search.similar_articles(shelf, 2, exclude_ids=[number]) == search.similar_articles(shelf, 2, exclude_ids=[1])
    assert search.recommend_articles(shelf, [number, "Book 5"]) == search.recommend_articles(
        shelf, ["Book 0", "Book 5"]
    )


@pytest.mark.parametrize("value", [*NOT_WHOLE, "1"], ids=kind_of)
def test_nothing_else_is(shelf: Database, value: Any) -> None:
    with pytest.raises(CountInvalid, match="count must be a whole number from 1 to 10000, not "):
        search.similar_articles(shelf, 1, value)
    questions: list[Callable[[], object]] = [
        lambda: search.similar_articles(shelf, 1, exclude_ids=[value]),
    ]
    if not isinstance(value, list | set):
        questions.append(lambda: search.similar_articles(shelf, 1, exclude_ids=value))
    if not isinstance(value, str):
        questions += [
            lambda: search.similar_articles(shelf, value),
            lambda: search.recommend_articles(shelf, [value]),
            lambda: search.recommend_articles(shelf, ["Book 1"], [value]),
            lambda: described.describe_article(shelf, value),
        ]
    for ask in questions:
        with pytest.raises((ArgumentInvalid, WikishelfError), match="must be a"):
            ask()


def test_ids_that_no_article_has(shelf: Database) -> None:
    for unknown in (0, -1, 10**6, 2**31, 2**63, -(2**70)):
        with pytest.raises(WikishelfError, match=f'no article is called "{unknown}"'):
            search.similar_articles(shelf, unknown)
        with pytest.raises(WikishelfError, match=f'no article is called "{unknown}"'):
            search.recommend_articles(shelf, ["Book 1", unknown])
        assert search.similar_articles(shelf, 1, exclude_ids=[unknown]) == search.similar_articles(shelf, 1)


TEXTS = ("topic", "kind", "words", "title", "a", "b")
NO_TEXTS = (1, 1.5, b"book", ["book"], {"book"}, True, object())


@pytest.mark.parametrize("value", NO_TEXTS, ids=kind_of)
def test_what_is_not_a_text(shelf: Database, value: Any) -> None:
    questions: list[Callable[[], object]] = [
        lambda: search.similar_articles(shelf, "Book 1", topic=value),
        lambda: search.search_articles(shelf, value),
        lambda: search.search_articles(shelf, "book", topic=value),
        lambda: search.series_articles(shelf, value),
        lambda: search.links_near_article(shelf, value),
        lambda: search.similar_links(shelf, value),
        lambda: search.articles_near_link(shelf, value),
        lambda: search.explain_similarity(shelf, value, "Book 1"),
        lambda: search.explain_similarity(shelf, "Book 1", value),
        lambda: search.match_articles(shelf, [value]),
        lambda: search.match_articles(shelf, ["x"], [value]),
        lambda: search.similar_articles(shelf, "Book 1", exclude=[value]),
        lambda: described.describe_link(shelf, value),
    ]
    for ask in questions:
        with pytest.raises(ArgumentInvalid, match="must be a text, not "):
            ask()


@pytest.mark.parametrize("name", ["same_author", "same_series", "least", "exact"])
@pytest.mark.parametrize(("value", "flag"), [(True, True), (np.bool_(True), True), (1, True), (0, False), ("yes", None),
                                             (2, None), ([], None), (np.array([1, 2]), None), (b"", None)])  # fmt: skip
def test_flags(shelf: Database, name: str, value: Any, flag: bool | None) -> None:
    if flag is None:
        with pytest.raises(ArgumentInvalid, match=f"{name} must be True or False, not "):
            search.similar_articles(shelf, 1, **{name: value})
    else:
        given: dict[str, Any] = {name: flag}
        assert search.similar_articles(shelf, 1, **{name: value}) == search.similar_articles(shelf, 1, **given)


@pytest.mark.parametrize("name", ["prominence", "diversity", "min_similarity"])
@pytest.mark.parametrize(
    ("value", "right"),
    [(np.float32(0.5), True), (Decimal("0.5"), True), (Fraction(1, 2), True), (0, True), (True, False), ("0.5", False),
     (b"0", False), ([0.5], False), (10**400, False), (float("nan"), False), (float("inf"), False), (1.01, False),
     (-2, False)],
)  # fmt: skip
def test_numbers(shelf: Database, name: str, value: Any, right: bool) -> None:
    def ask(number: Any) -> object:
        return search.recommend_articles(shelf, ["Book 1"], **{name: number})

    if right:
        assert ask(value) == ask(float(value))
    else:
        with pytest.raises(WikishelfError, match=f"{name} must be "):
            ask(value)


@pytest.mark.parametrize(
    "weights",
    [(1e-30, 2e-30), (1e-300, 2e-300), (5e-324, 1e-323), (1e300, 2e300), (8e307, 1.6e308),
     (np.float32(1), np.float32(2)), (Decimal(1), 2), np.array([1, 2])],
    ids=kind_of,
)  # fmt: skip
def test_only_the_ratios_of_weights_count(shelf: Database, weights: Any) -> None:
    likes = ["Book 1", "Book 2"]
    assert search.recommend_articles(shelf, likes, ["Book 9"], weights) == search.recommend_articles(
        shelf, likes, ["Book 9"], [1, 2]
    )


@pytest.mark.parametrize("weights", [(1e-300, 1e300), (5e-324, 1.7e308), (1, 1e12)])
def test_a_weight_may_be_nothing_beside_another(shelf: Database, weights: Any) -> None:
    both = search.recommend_articles(shelf, ["Book 1", "Book 2"], weights=weights)
    alone = search.recommend_articles(shelf, ["Book 2"], exclude=["Book 1"])
    assert [one.article_id for one in both] == [one.article_id for one in alone]


@pytest.mark.parametrize(
    "weights",
    [(0, 1), (-1, 1), (float("inf"), 1), (float("nan"), 1), (1,), (), (1, 1, 1), (1, None), ("1", "1"), "11", 1,
     (True, 1), {1: 1}, (10**400, 1)],
    ids=kind_of,
)  # fmt: skip
def test_weights_that_do_not_fit(shelf: Database, weights: Any) -> None:
    with pytest.raises((WeightsInvalid, ArgumentInvalid), match="weights"):
        search.recommend_articles(shelf, ["Book 1", "Book 2"], weights=weights)


@pytest.mark.parametrize(
    "values", [("Book 3",), {"Book 3"}, iter(["Book 3"]), np.array(["Book 3"]), {"Book 3": 1}.keys()], ids=kind_of
)
def test_any_iterable_is_a_list(shelf: Database, values: Any) -> None:
    assert search.similar_articles(shelf, 1, exclude=values) == search.similar_articles(shelf, 1, exclude=["Book 3"])


@pytest.mark.parametrize("values", [None, 3, "Book 3", b"Book 3", {"Book 3": 1}, [None], [["Book 3"]]], ids=kind_of)
@pytest.mark.parametrize("name", ["likes", "dislikes", "exclude"])
def test_what_is_no_list_of_titles(shelf: Database, name: str, values: Any) -> None:
    with pytest.raises(WikishelfError, match="must be a"):
        search.recommend_articles(shelf, **{"likes": ["Book 1"], name: values})


@pytest.mark.parametrize(
    "facets",
    [{"author": unicodedata.normalize("NFD", "Charlotte Brontë")}, {"author": {"Charlotte Brontë"}},
     {"author": np.array(["Charlotte Brontë"])}, {"genre": [unicodedata.normalize("NFD", "Roman à clef")]},
     {"year": np.int32(1862)}, {"year": ["1850..1870", "1860..", "..1862", 1862]}],
    ids=kind_of,
)  # fmt: skip
def test_a_facet_however_it_is_given(shelf: Database, facets: Any) -> None:
    assert [one.title for one in search.similar_articles(shelf, 1, facets=facets)] == [MISERABLES]


@pytest.mark.parametrize("value", [None, {}, [], [None], [1.5], [[1]], {"a": "b"}, b"x", True], ids=kind_of)
def test_what_is_no_facet(shelf: Database, value: Any) -> None:
    with pytest.raises(FacetInvalid, match="the facet genre cannot be"):
        search.similar_articles(shelf, 1, facets={"genre": value})


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
