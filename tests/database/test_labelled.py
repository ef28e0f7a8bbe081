"""Vectors with what they stand for."""

import numpy as np
import pytest
from sqlalchemy import text

from db.connection import Database
from db.errors import ModelUnusable
from db.importing.records import Link
from db.models import labelled, registry, vectors
from db.models.model import Model
from tests.support.planted import article, load, store_model


@pytest.fixture
def model(database: Database) -> Model:
    load(
        database,
        article("Dune", {"Desert": 1, Link("site", "dune.org"): 2}, facets=(("genre", "Epic"), ("genre", "Fiction"))),
        article("Emma", {"England": 1}, facets=(("genre", "Fiction"), ("author", "Jane Austen"))),
        article("Alien", {"Space": 1, "Desert": 1}, topic="film"),
    )
    model_id = store_model(database, dimensions=4)
    with database.session() as connection:
        return registry.find(connection, model_id)


def test_articles_have_topic_and_commonest_genre(database: Database, model: Model) -> None:
    with database.session() as connection:
        found = labelled.read(connection, model, "articles")
        ids, rows = vectors.read(connection, model.model_id, "articles", 4)
    assert found.titles == ["Dune", "Emma", "Alien"]
    assert found.facts == {"topic": ["book", "book", "film"], "genre": ["Fiction", "Fiction", ""]}
    assert found.ids.tolist() == ids.tolist()
    assert found.embedding.tobytes() == rows.tobytes()
    assert found.embedding.dtype == np.float32


def test_links_have_kind_and_count(database: Database, model: Model) -> None:
    with database.session() as connection:
        found = labelled.read(connection, model, "links")
    counts = dict(zip(found.titles, zip(*found.facts.values(), strict=True), strict=True))
    assert list(found.facts) == ["kind", "article_count"]
    assert counts == {"Desert": ("page", 2), "England": ("page", 1), "Space": ("page", 1), "dune.org": ("site", 1)}


def test_a_topic_has_its_articles_and_their_links(database: Database, model: Model) -> None:
    with database.session() as connection:
        assert labelled.topics_of(connection, model) == ["book", "film"]
        assert labelled.read(connection, model, "articles", ["film"]).titles == ["Alien"]
        links = labelled.read(connection, model, "links", ["film"])
        none = labelled.read(connection, model, "articles", ["album"])
    assert sorted(links.titles) == ["Desert", "Space"]
    assert links.embedding.shape == (2, 4)
    assert (none.titles, none.facts, none.embedding.shape) == ([], {"topic": [], "genre": []}, (0, 4))


def test_an_article_that_is_gone_is_left_out(database: Database, model: Model) -> None:
    with database.transaction() as connection:
        whole = labelled.read(connection, model, "articles")
        connection.execute(text("delete from articles where title = 'Emma'"))
        rest = labelled.read(connection, model, "articles")
    assert rest.titles == ["Dune", "Alien"]
    assert (rest.embedding == whole.embedding[[0, 2]]).all()


def test_a_model_without_its_vectors_is_refused(database: Database, model: Model) -> None:
    with database.transaction() as connection:
        assert labelled.whole_model(connection, None) == labelled.whole_model(connection, model.model_id) == model
        connection.execute(text(f"alter table _link_vectors_{model.model_id} rename to elsewhere"))
        with pytest.raises(ModelUnusable, match=r"model 1 cannot be exported: .*_link_vectors_1 is missing"):
            labelled.whole_model(connection, model.model_id)
    with database.transaction() as connection:
        connection.execute(text("update models set state = 'failed'"))
        with pytest.raises(ModelUnusable, match=r"model 1 cannot be exported: its state is failed"):
            labelled.whole_model(connection, model.model_id)
