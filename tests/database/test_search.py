"""Every search against numpy, and the plan of each against a table of real size."""

from collections.abc import Iterator

import numpy as np
import pytest
from sqlalchemy import text

from db import models, search, vectors, views
from db.articles import Redirect
from db.connection import Database
from db.errors import ArticleNotFound, ArticleWithoutVector, LinkNotFound, LinkWithoutVector
from tests.database.planted import article, load, store_model, unit_rows


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    load(
        database,
        *(article(f"Book {n}", ["Shared", f"Link {n % 9}"], topic="film" if n % 4 == 0 else "book") for n in range(60)),
        article("Les Misérables", ["Shared"]),
        article("War and Peace", ["Shared"]),
        Redirect("Voyna i mir", "War and Peace"),
        Redirect("Common", "Shared"),
    )
    store_model(database)
    yield database


def nearest(database: Database, kind: vectors.VectorKind, asked: int) -> list[tuple[int, float]]:
    with database.begin() as connection:
        ids, rows = vectors.read(connection, 1, kind, 8)
    similarity = rows @ rows[ids == asked][0]
    order = np.argsort(-similarity)
    return [(int(ids[i]), float(similarity[i])) for i in order if ids[i] != asked]


@pytest.mark.parametrize("title", ["Book 1", "Book 44", "War and Peace"])
def test_similar_articles_agree_with_numpy(shelf: Database, title: str) -> None:
    with shelf.query() as connection:
        asked = connection.scalar(text("select find_article(:title)"), {"title": title})
    expected = nearest(shelf, "articles", asked)[:12]
    found = search.similar_articles(shelf, title, count=12)
    assert [record.article_id for record in found] == [article_id for article_id, _ in expected]
    assert [record.similarity for record in found] == pytest.approx([s for _, s in expected], abs=1e-6)


def test_similar_links_agree_with_numpy(shelf: Database) -> None:
    with shelf.query() as connection:
        asked = connection.scalar(text("select find_link('Link 3')"))
    found = search.similar_links(shelf, "Link 3", count=5)
    assert [record.link_id for record in found] == [link_id for link_id, _ in nearest(shelf, "links", asked)[:5]]


def test_a_topic_filter_gives_all_that_match(shelf: Database) -> None:
    found = search.similar_articles(shelf, "Book 1", count=100, topic="film")
    assert len(found) == 15
    assert {record.topic for record in found} == {"film"}
    assert search.similar_articles(shelf, "Book 1", topic="album") == []


def test_an_alias_asks_for_its_target(shelf: Database) -> None:
    assert search.similar_articles(shelf, "Voyna i mir") == search.similar_articles(shelf, "War and Peace")
    assert search.similar_links(shelf, "Common") == search.similar_links(shelf, "Shared")


def test_an_unknown_title_gets_the_nearest(shelf: Database) -> None:
    with pytest.raises(ArticleNotFound, match='no article is called "War and Peas"; did you mean "War and Peace"'):
        search.similar_articles(shelf, "War and Peas")
    with pytest.raises(ArticleNotFound, match='no article is called "Zzyzx"$'):
        search.similar_articles(shelf, "Zzyzx")
    with pytest.raises(LinkNotFound, match=r'no link is called "Shard"; did you mean .*"Shared"'):
        search.similar_links(shelf, "Shard")
    with shelf.query() as connection:
        assert connection.execute(text("select * from similar_articles('Zzyzx')")).all() == []


def test_what_came_after_the_training_has_no_vector(shelf: Database) -> None:
    load(shelf, article("Newcomer", ["New link"]))
    with pytest.raises(ArticleWithoutVector, match="Newcomer"):
        search.similar_articles(shelf, "Newcomer")
    with pytest.raises(LinkWithoutVector, match="New link"):
        search.similar_links(shelf, "New link")


@pytest.mark.parametrize(
    ("words", "title", "alias"),
    [
        ("war and peace", "War and Peace", None),
        ("les miserables", "Les Misérables", None),
        ("LES MISERABLE", "Les Misérables", None),
        ("Misérables", "Les Misérables", None),
        ("wor and paece", "War and Peace", None),
        ("voyna", "War and Peace", "Voyna i mir"),
        ("Book 44", "Book 44", None),
    ],
)
def test_search_forgives_case_accents_and_errors(shelf: Database, words: str, title: str, alias: str | None) -> None:
    first = search.search_articles(shelf, words, count=3)[0]
    assert (first.title, first.alias) == (title, alias)


def test_search_text_is_data(shelf: Database) -> None:
    for words in ("'; drop table articles; --", "%", "\\", '"', "", "{}"):
        assert isinstance(search.search_articles(shelf, words), list)
    with shelf.query() as connection:
        assert connection.scalar(text("select count(*) from articles")) == 62


N, DIMENSIONS = 40_000, 50


@pytest.fixture
def large(database: Database) -> Iterator[Database]:
    """40,000 articles with clustered vectors: the seed's size, where a full scan costs ten times an index scan."""
    with database.begin() as connection:
        connection.execute(
            text("""
            insert into articles (article_id, topic, title, infobox, text_length)
            select n, 'book', 'Book ' || n, '{}', 1 from generate_series(1, :n) n"""),
            {"n": N},
        )
        views.create_topic_views(connection, [views.TopicView("books", "book", ("author", "year"))])
    ids = np.arange(1, N + 1, dtype=np.int32)
    with models.training(database, "softmax", DIMENSIONS, {}) as model_id, database.begin() as connection:
        vectors.store(connection, model_id, "articles", ids, unit_rows(N, DIMENSIONS))
        vectors.store(connection, model_id, "links", ids[:1], unit_rows(1, DIMENSIONS))
        models.finish(connection, model_id, {}, "fingerprint")
        models.activate(connection, model_id)
        connection.execute(text("analyze articles"))
    yield database


TYPED_IN_PSQL = """
    select title from books
    order by embedding <=> (select embedding from books where title = 'Book 7') limit 10"""


def test_the_index_is_used_and_nearly_exact(large: Database) -> None:
    with large.query() as connection:
        for query in (TYPED_IN_PSQL, "select * from similar_articles('Book 7', 10)"):
            plan = "\n".join(connection.scalars(text(f"explain {query}")))
            assert "Index Scan using articles_1_embedding_idx" in plan, plan
    with large.begin() as connection:
        ids, rows = vectors.read(connection, 1, "articles", DIMENSIONS)
    hits = 0
    for asked in range(0, N, N // 100):
        similarity = rows @ rows[asked]
        similarity[asked] = -2
        exact = set(ids[np.argpartition(-similarity, 10)[:10]].tolist())
        hits += len(exact & {a.article_id for a in search.similar_articles(large, f"Book {ids[asked]}", 10)})
    assert hits / (100 * 10) >= 0.99
