"""Vectors from links, against numpy; and which articles get one when."""

import threading
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import ArticleWithoutVector, ModelNotFound, ModelUnusable, NoActiveModel
from db.importing.records import Link, Redirect
from db.models import activation, fold_in, registry, vectors
from db.models.fold_in import FoldedIn
from tests.support.planted import article, load, store_model

Vectors = Mapping[int, NDArray[np.float32]]


@pytest.fixture
def shelf(database: Database) -> Iterator[Database]:
    load(
        database,
        *(article(f"Book {n}", ["Shared", f"Link {n % 5}"], topic="film" if n % 4 == 0 else "book") for n in range(20)),
        article("War and Peace", {Link("page", "Shared"): 3, Link("category", "Novels"): 1}),
        Redirect("Common", "Shared"),
    )
    store_model(database)
    yield database


def embedded(database: Database, *titles: str | None) -> NDArray[np.float32] | None:
    with database.session() as connection:
        vector = connection.scalar(text("select embed_links(:titles)::real[]"), {"titles": list(titles)})
    return None if vector is None else np.array(vector, np.float32)


def stored(database: Database, kind: vectors.VectorKind = "articles", model_id: int = 1) -> Vectors:
    with database.transaction() as connection:
        model = registry.find(connection, model_id)
        return dict(zip(*vectors.read(connection, model_id, kind, model.dimensions), strict=True))


def vector_of(database: Database, title: str) -> NDArray[np.float32]:
    with database.session() as connection:
        article_id = connection.scalar(text("select find_article(:title)"), {"title": title})
    return stored(database)[article_id]


def expected(database: Database, titles: Sequence[str], model_id: int = 1) -> NDArray[np.float64]:
    """The mean of the links' vectors, weighted as the model has it, at unit length."""
    link_vectors = stored(database, "links", model_id)
    query = f"select link_id, weight from links join _link_weights_{model_id} using (link_id) where title = :title"
    total = np.zeros(len(next(iter(link_vectors.values()))))
    with database.session() as connection:
        for title in titles:
            link_id, weight = connection.execute(text(query), {"title": title}).one()
            total += weight * link_vectors[link_id]
    return total / np.linalg.norm(total)


def folded(database: Database, model_id: int | None = None) -> FoldedIn:
    with database.transaction() as connection:
        return fold_in.fold_in(connection, model_id)


def test_links_are_embedded_as_by_numpy(shelf: Database) -> None:
    vector = embedded(shelf, "Shared", "Link 3", "Novels")
    assert vector == pytest.approx(expected(shelf, ["Shared", "Link 3", "Novels"]), abs=1e-6)


def test_aliases_count_once_and_unknown_titles_not_at_all(shelf: Database) -> None:
    vector = embedded(shelf, "Shared", "Common", "Link 3", "Zzyzx", None, "Link 3")
    assert vector == pytest.approx(expected(shelf, ["Shared", "Link 3"]), abs=1e-6)


def test_no_known_link_no_vector(shelf: Database) -> None:
    load(shelf, article("Newcomer", ["New link"]))
    assert embedded(shelf, "New link", "Zzyzx") is None
    assert embedded(shelf) is None


def test_a_link_that_no_article_has_any_more_is_embedded(shelf: Database) -> None:
    load(shelf, article("War and Peace", ["Shared"]))
    assert embedded(shelf, "Novels") == pytest.approx(expected_alone(shelf, "Novels"), abs=1e-6)


def expected_alone(database: Database, title: str) -> NDArray[np.float32]:
    with database.session() as connection:
        return stored(database, "links")[connection.scalar(text("select find_link(:title)"), {"title": title})]


def test_a_new_article_is_embedded_by_its_links_and_the_others_stay(shelf: Database) -> None:
    before = stored(shelf)
    load(shelf, article("Anna Karenina", ["Shared", "Link 2", "New link"]), article("Hermit", ["Cave"]))
    assert folded(shelf) == FoldedIn(model_id=1, new=1, changed=0, removed=0, left_out=1)
    assert vector_of(shelf, "Anna Karenina") == pytest.approx(expected(shelf, ["Shared", "Link 2"]), abs=1e-6)
    assert vector_of(shelf, "Anna Karenina") == pytest.approx(embedded(shelf, "Shared", "Link 2"), abs=1e-6)
    after = stored(shelf)
    assert all((after[article_id] == vector).all() for article_id, vector in before.items())
    assert len(after) == len(before) + 1
    assert len(search.similar_articles(shelf, "Anna Karenina", count=5)) == 5
    with pytest.raises(ArticleWithoutVector, match='run "python -m train fold-in"'):
        search.similar_articles(shelf, "Hermit")


def test_a_second_run_changes_nothing(shelf: Database) -> None:
    load(shelf, article("Anna Karenina", ["Shared", "Link 2"]))
    folded(shelf)
    rows = text("select xmin, ctid, * from _article_vectors_1 order by article_id")
    with shelf.session() as connection:
        before = connection.execute(rows).all()
    assert folded(shelf) == FoldedIn(model_id=1, new=0, changed=0, removed=0, left_out=0)
    with shelf.session() as connection:
        assert connection.execute(rows).all() == before


def test_an_article_whose_links_changed_is_embedded_anew_unless_it_was_trained(shelf: Database) -> None:
    load(shelf, article("Anna Karenina", ["Shared", "Link 2"]), article("Emma", ["Shared", "Link 1"]))
    folded(shelf)
    trained, emma = vector_of(shelf, "Book 3"), vector_of(shelf, "Emma")
    load(shelf, article("Anna Karenina", ["Shared", "Link 4"]), article("Book 3", ["Link 4"]))
    assert folded(shelf) == FoldedIn(model_id=1, new=0, changed=1, removed=0, left_out=0)
    assert vector_of(shelf, "Anna Karenina") == pytest.approx(expected(shelf, ["Shared", "Link 4"]), abs=1e-6)
    assert (vector_of(shelf, "Book 3") == trained).all()
    assert (vector_of(shelf, "Emma") == emma).all()


def test_an_article_without_known_links_any_more_loses_its_vector(shelf: Database) -> None:
    load(shelf, article("Anna Karenina", ["Shared"]))
    folded(shelf)
    load(shelf, article("Anna Karenina", ["New link"]))
    assert folded(shelf) == FoldedIn(model_id=1, new=0, changed=0, removed=1, left_out=1)


def test_the_topics_of_the_model_are_kept_to(shelf: Database) -> None:
    with shelf.transaction() as connection:
        connection.execute(text("""update models set settings = '{"topics": ["book"]}'"""))
    load(shelf, article("A book", ["Shared"]), article("A film", ["Shared"], topic="film"))
    assert folded(shelf) == FoldedIn(model_id=1, new=1, changed=0, removed=0, left_out=0)
    assert vector_of(shelf, "A book").shape == (8,)
    with pytest.raises(ArticleWithoutVector):
        search.similar_articles(shelf, "A film")


def test_links_of_kinds_and_titles_that_were_left_out_do_not_count(shelf: Database) -> None:
    with shelf.transaction() as connection:
        connection.execute(
            text("delete from _link_vectors_1 v using links l where l.link_id = v.link_id and l.kind = 'category'")
        )
    links: dict[str | Link, int] = {Link("category", "Novels"): 1, Link("page", "Shared"): 1}
    load(shelf, article("Anna Karenina", links), article("Emma", {Link("category", "Novels"): 1}))
    assert folded(shelf) == FoldedIn(model_id=1, new=1, changed=0, removed=0, left_out=1)
    assert vector_of(shelf, "Anna Karenina") == pytest.approx(expected(shelf, ["Shared"]), abs=1e-6)


def test_activation_switches_and_a_dropped_model_takes_all_with_it(shelf: Database) -> None:
    load(shelf, article("Anna Karenina", ["Shared", "Link 2"]))
    folded(shelf)
    first = embedded(shelf, "Shared", "Link 2")
    assert first is not None
    answers = search.similar_articles(shelf, "Anna Karenina")
    store_model(shelf, dimensions=16, seed=5)
    second = embedded(shelf, "Shared", "Link 2")
    assert second == pytest.approx(expected(shelf, ["Shared", "Link 2"], model_id=2), abs=1e-6)
    with shelf.transaction() as connection:
        activation.activate(connection, 1)
    assert embedded(shelf, "Shared", "Link 2") == pytest.approx(first, abs=0)
    assert search.similar_articles(shelf, "Anna Karenina") == answers
    load(shelf, article("Emma", ["Shared"]))
    assert folded(shelf, model_id=2).new == 1
    with shelf.transaction() as connection:
        activation.drop(connection, 2)
        left = connection.scalars(text("select relname from pg_class where relname ~ '_2(_|$)'"))
        assert list(left) == []


def test_what_is_not_committed_is_not_there(shelf: Database) -> None:
    before = stored(shelf)
    load(shelf, article("Anna Karenina", ["Shared"]))
    with pytest.raises(ZeroDivisionError), shelf.transaction() as connection:
        assert fold_in.fold_in(connection).new == 1
        raise ZeroDivisionError
    assert stored(shelf).keys() == before.keys()


def test_a_second_one_waits_for_the_first_and_searches_do_not(shelf: Database) -> None:
    load(shelf, article("Anna Karenina", ["Shared"]))
    done: list[FoldedIn] = []
    second = threading.Thread(target=lambda: done.append(folded(shelf)))
    with shelf.transaction() as connection:
        assert fold_in.fold_in(connection).new == 1
        second.start()
        assert len(search.similar_articles(shelf, "Book 1")) == 10
        second.join(0.3)
        assert done == []
    second.join()
    assert done == [FoldedIn(model_id=1, new=0, changed=0, removed=0, left_out=0)]


def test_an_unfit_model_is_refused(shelf: Database) -> None:
    with pytest.raises(ModelNotFound, match="no model 99"):
        folded(shelf, model_id=99)
    with pytest.raises(ValueError, match="boom"), registry.training(shelf, "mse", 8, {}):
        raise ValueError("boom")
    with pytest.raises(ModelUnusable, match="model 2 cannot be folded into: its state is failed"):
        folded(shelf, model_id=2)
    with shelf.transaction() as connection:
        connection.execute(text("update models set state = 'ready' where state = 'active'"))
    with pytest.raises(NoActiveModel):
        folded(shelf)
