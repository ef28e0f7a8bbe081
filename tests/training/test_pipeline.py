"""Pairs in the database to vectors in the database."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import numpy as np
import pytest
from sqlalchemy import text

from db import search
from db.connection import Database
from db.errors import ArticleWithoutVector, NothingToTrain, TopicNotStored
from db.importing.records import Article, Link
from db.models import registry, vectors
from tests.support.planted import load
from tests.support.planted_blocks import blocks, share_of_own_block
from train.config import Settings
from train.pipeline import train
from train.progress import Epoch, OnEpoch

QUICK = Settings(dimensions=8, epochs=2)


def silent() -> nullcontext[OnEpoch]:
    return nullcontext(lambda epoch: None)


@pytest.fixture
def block_of(database: Database) -> np.ndarray:
    """The planted blocks as stored articles, of which the odd ones are films, and one article without a shared link."""
    pairs, block_of = blocks()
    links = np.split(pairs.link_index, np.flatnonzero(np.diff(pairs.article_index)) + 1)
    records = [record(f"Article {i}", [f"Link {link}" for link in row]) for i, row in enumerate(links)]
    load(database, *records, record("Hermit", ["Cave"]))
    return block_of


def record(title: str, links: list[str]) -> Article:
    topic = "film" if title[-1] in "13579" else "book"
    return Article(None, topic, title, {}, None, None, 1, {Link("page", link): 1 for link in links}, ())


def test_vectors_are_stored_with_the_articles_they_belong_to(database: Database, block_of: np.ndarray) -> None:
    model = train(database, Settings(), activate=True, progress=silent())
    assert (model.state, model.objective, model.dimensions) == ("active", "softmax", 50)
    assert model.metrics["articles_left_out"] == 1
    with database.session() as connection:
        ids, stored = vectors.read(connection, model.model_id, "articles", 50)
        titles = {
            row.article_id: row.title for row in connection.execute(text("select article_id, title from articles"))
        }
        links = connection.scalar(text(f"select count(*) from _link_vectors_{model.model_id}"))
    numbers = [int(titles[int(one)].removeprefix("Article ")) for one in ids]  # The hermit has no vector.
    assert len(numbers) == 72
    assert links == model.metrics["links"]
    assert share_of_own_block(stored, block_of[numbers]) > 0.95


def test_the_row_holds_what_was_decided(database: Database, block_of: np.ndarray) -> None:
    model = train(database, QUICK, activate=False, progress=silent())
    assert model.state == "ready"
    decided = ("epochs", "max_share", "articles_per_step", "temperature", "sharpness")
    assert [model.settings[name] for name in decided] == [2, 1.0, 6, 0.17, 1.25]
    again = train(database, QUICK, activate=False, progress=silent())
    assert again.fingerprint == model.fingerprint
    assert again.model_id > model.model_id


def test_only_articles_of_the_topic_get_vectors(database: Database, block_of: np.ndarray) -> None:
    model = train(database, Settings(dimensions=8, epochs=2, topics=("film",)), activate=False, progress=silent())
    with database.session() as connection:
        ids, _ = vectors.read(connection, model.model_id, "articles", 8)
        films = connection.execute(text("select article_id from articles where topic = 'film'")).scalars()
        assert set(ids.tolist()) == set(films)


@pytest.mark.parametrize(
    ("settings", "culprit"),
    [
        (Settings(topics=("book",), kinds=("site",)), "book"),
        (Settings(kinds=("site",)), "site"),
        (Settings(min_articles=1000), "1000"),
    ],
    ids=["topic", "kind", "min_articles"],
)
def test_nothing_to_train_leaves_no_trace(
    database: Database, block_of: np.ndarray, settings: Settings, culprit: str
) -> None:
    with pytest.raises(NothingToTrain, match=culprit):
        train(database, settings, activate=True, progress=silent())
    with database.session() as connection:
        assert registry.listed(connection) == []


def test_an_unknown_topic_is_told_those_that_are_stored(database: Database, block_of: np.ndarray) -> None:
    with pytest.raises(TopicNotStored, match='no article of the topic "opera"; it has book, film$'):
        train(database, Settings(topics=("film", "opera")), activate=True, progress=silent())


def test_an_import_meanwhile_is_an_import_afterwards(database: Database, block_of: np.ndarray) -> None:
    """The model is of the data as it was read. What has vanished is in no answer, and what is new has no vector yet."""

    @contextmanager
    def importing() -> Iterator[OnEpoch]:
        def prune(epoch: Epoch) -> None:
            if epoch.number == 1:
                load(database, *(record(f"Article {i}", ["Link 1"]) for i in (0, 1, 2, 100)), prune=True)

        yield prune

    assert train(database, QUICK, activate=True, progress=importing()).metrics["articles"] == 72
    found = search.similar_articles(database, "Article 0", count=100)
    assert {one.title for one in found} == {"Article 1", "Article 2"}
    with pytest.raises(ArticleWithoutVector):
        search.similar_articles(database, "Article 100")


def test_a_training_that_breaks_is_listed_with_its_reason(database: Database, block_of: np.ndarray) -> None:
    @contextmanager
    def breaking() -> Iterator[OnEpoch]:
        def stop(epoch: Epoch) -> None:
            raise RuntimeError(f"stopped in epoch {epoch.number}\nfor good")

        yield stop

    with pytest.raises(RuntimeError, match="stopped"):
        train(database, QUICK, activate=True, progress=breaking())
    with database.session() as connection:
        (model,) = registry.listed(connection)
        tables = connection.scalar(text(r"select count(*) from pg_tables where tablename ~ '_\d+$'"))
    assert (model.state, model.reason) == ("failed", "stopped in epoch 1")
    assert tables == 0
