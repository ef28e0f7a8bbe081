"""The Python API: answers as tables, many threads, asyncio."""

import asyncio
import importlib.util
import inspect
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from html import escape
from typing import Any

import psycopg
import pyarrow
import pytest

import api
from api.errors import LibraryMissing
from db.connection import Database
from db.errors import ArticleNotFound, DatabaseBusy
from tests.acceptance.test_examples import run
from tests.support.planted import article, load, store_model

VERBS = [name for name, verb in vars(api.Shelf).items() if inspect.isfunction(verb) and name[0] != "_"]


@pytest.fixture(scope="module")
def shelf(sample_url: str) -> Iterator[api.Shelf]:
    with api.Shelf(Database(sample_url)) as shelf:
        yield shelf


def test_an_answer_is_a_list_of_frozen_records(shelf: api.Shelf) -> None:
    answer = shelf.similar_articles("Dracula", 3)
    assert isinstance(answer, list)
    assert len(answer) == 3
    assert repr(answer[0]).startswith("SimilarArticle(article_id=")
    with pytest.raises(AttributeError):
        answer[0].title = "x"  # type: ignore[misc]
    assert answer == shelf.similar_articles(shelf.search_articles("Dracula")[0].article_id, 3)


def test_an_answer_becomes_a_table(shelf: api.Shelf) -> None:
    answer = shelf.explain_similarity("Dracula", "Frankenstein", 3)
    table = answer.to_arrow()
    assert isinstance(table, pyarrow.Table)
    assert table.column_names[0] == "link_id"
    assert table.to_pylist() == [{name: getattr(one, name) for name in table.column_names} for one in answer]
    assert api.Answer(api.FoundArticle).to_arrow().column_names == ["article_id", "topic", "title", "alias", "score"]


def test_every_verb_names_and_links_its_rows_in_a_notebook(sample_url: str) -> None:
    with api.Shelf(Database(sample_url, limits=api.Limits(reader=True))) as shelf:
        answers: list[api.Answer[Any]] = [
            shelf.similar_articles("Dracula"),
            shelf.articles_near_link("Napoleon"),
            shelf.recommend_articles(["Frankenstein"]),
            shelf.similar_links("Napoleon"),
            shelf.links_near_article("Dracula"),
            shelf.search_articles("dracula"),
            shelf.series_articles("The Two Towers"),
            shelf.match_articles(["Dracula", "Frankenstein"]),
            shelf.explain_similarity("Dracula", "Frankenstein", 3),
        ]
        for answer in answers:
            page = answer[:3]._repr_html_()
            assert page.count("<tr>") == 1 + len(answer[:3])
            for row in answer[:3]:
                assert f">{escape(row.title)}</a>" in page
            assert page.count('href="https://en.wikipedia.org/wiki/') >= len(answer[:3])
        assert "all the rest" in answers[-1]._repr_html_()
        assert "softmax" in shelf.models()._repr_html_()


def test_pandas_if_it_is_installed(shelf: api.Shelf) -> None:
    answer = shelf.search_articles("dracula")
    if importlib.util.find_spec("pandas") is None:
        with pytest.raises(LibraryMissing, match="pip install pandas"):
            answer.to_pandas()
    else:
        assert list(answer.to_pandas()["title"]) == [one.title for one in answer]


def test_many_threads_ask_over_one_pool(shelf: api.Shelf) -> None:
    titles = ["Dracula", "War and Peace", "Don Quixote", "Frankenstein"]
    expected = {title: shelf.similar_articles(title) for title in titles}
    with ThreadPoolExecutor(20) as threads:
        answers = list(threads.map(shelf.similar_articles, titles * 25))
    assert answers == [expected[title] for title in titles * 25]
    assert shelf.database.in_use == 0


def test_asyncio_has_the_same_verbs(shelf: api.Shelf) -> None:
    assert [name for name in VERBS if not hasattr(api.AsyncShelf, name)] == []
    for name in VERBS:
        if name != "close":
            assert inspect.signature(getattr(api.AsyncShelf, name)) == inspect.signature(getattr(api.Shelf, name))
            assert inspect.iscoroutinefunction(getattr(api.AsyncShelf, name))


def test_asyncio_asks_at_once(shelf: api.Shelf, sample_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", sample_url)

    async def ask() -> list[object]:
        async with await api.connect_async() as asynchronous:
            questions = [asynchronous.similar_articles("Dracula", count=n) for n in range(1, 40)]
            return await asyncio.gather(*questions, asynchronous.similar_links("Napoleone"), return_exceptions=True)

    *answers, unknown = asyncio.run(ask())
    longest = shelf.similar_articles("Dracula", 39)
    assert answers == [longest[:n] for n in range(1, 40)]
    assert 'did you mean "Napoleon' in str(unknown)


def test_whoever_waits_too_long_is_told(database: Database) -> None:
    load(database, article("A", ["Shared"]), article("B", ["Shared"]))
    store_model(database)

    async def ask(shelf: api.Shelf) -> list[object]:
        async with api.AsyncShelf(shelf) as asynchronous:
            return await asyncio.gather(*(asynchronous.similar_articles("A") for _ in range(2)), return_exceptions=True)

    limits = api.Limits(connections=1, wait=0.2, query=1.0)
    with psycopg.connect(database.url) as blocking:
        blocking.execute("lock table articles in access exclusive mode")
        slow, refused = asyncio.run(ask(api.Shelf(Database(database.url, limits=limits))))
    assert isinstance(slow, DatabaseBusy)
    assert "timeout" in str(slow)
    assert isinstance(refused, DatabaseBusy)
    assert "all connections are in use" in str(refused)


def test_ids_beyond_all_articles(shelf: api.Shelf) -> None:
    for article_id in (0, -1, 2**31 - 1, 2**31, 10**30):
        with pytest.raises(ArticleNotFound):
            shelf.similar_articles(article_id)


def test_the_example_runs(sample_url: str) -> None:
    printed = run("shelf.py", url=sample_url)
    assert "War and Peace" in printed
