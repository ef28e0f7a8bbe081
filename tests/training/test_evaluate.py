"""Models of planted articles are judged, and their figures are stored beside their vectors."""

from collections.abc import Iterator
from contextlib import contextmanager, nullcontext

import numpy as np
import pytest
from sqlalchemy import text

from db.connection import Database
from db.errors import ModelNotFound, ModelUnusable, NoActiveModel
from db.importing.records import Article, Link
from db.models import activation, registry
from db.models.model import Model
from tests.support.planted import article, load, store_model
from tests.support.planted_blocks import blocks
from train.config import Settings
from train.errors import NothingToEvaluate, SettingInvalid
from train.evaluation.evaluate import Evaluated, evaluate, prepared_again
from train.evaluation.report import show
from train.pipeline import train
from train.progress import OnEpoch
from train.trimming import fingerprint

RANKING = ["recall@20", "recall@50", "NDCG@20", "MRR"]


def record(number: int, block: int, links: list[int]) -> Article:
    """An article of a block. Each block has an author of its own, and half of the blocks share a genre."""
    facets = (("author", f"Author {block}"), ("genre", f"Genre {block % 2}"))
    return article(f"Article {number}", {Link("page", f"Link {link}"): 1 for link in links}, facets=facets)


@pytest.fixture
def planted(database: Database) -> Database:
    """The planted blocks of 20 articles as stored articles."""
    pairs, block_of = blocks(articles=20)
    links = np.split(pairs.link_index, np.flatnonzero(np.diff(pairs.article_index)) + 1)
    load(database, *(record(number, int(block_of[number]), row.tolist()) for number, row in enumerate(links)))
    return database


def trained(database: Database, asked: Settings) -> Model:
    return train(database, asked, activate=True, progress=nullcontext(lambda epoch: None))


def evaluated(database: Database, model_id: int | None = None, n_splits: int = 1) -> Evaluated:
    return evaluate(database, model_id, n_splits, lambda: nullcontext(lambda epoch: None))


def changed(database: Database, settings: str) -> Model:
    """The only model, after this expression has changed its settings."""
    with database.transaction() as connection:
        connection.execute(text(f"update models set settings = {settings}"))
        (model,) = registry.listed(connection)
    return model


def test_a_planted_model_is_good_and_its_figures_are_stored(planted: Database) -> None:
    trained(planted, Settings(dimensions=16, epochs=20))
    before = changed(planted, "settings - 'sharpness'")  # Models of the first version have none in their row.
    model, evaluation = evaluated(planted, n_splits=2)
    ways = evaluation["ways"]
    assert list(ways) == ["model", "sigmoid", "mse", "popularity", "TF-IDF", "chance"]
    for way in ("model", "sigmoid", "mse", "TF-IDF"):
        assert list(ways[way]) == [*RANKING, "author", "genre"]  # No article has a series.
    assert list(ways["popularity"]) == RANKING
    assert ways["model"]["recall@20"]["mean"] > 0.8 > 0.5 > ways["popularity"]["recall@20"]["mean"]
    assert ways["model"]["author"]["mean"] > 0.95
    assert ways["chance"]["author"]["mean"] == pytest.approx(19 / 119, abs=1e-4)
    assert ways["chance"]["genre"]["mean"] == pytest.approx(59 / 119, abs=1e-4)
    for measures in ways.values():
        for estimate in measures.values():
            assert 0 <= estimate["low"] <= estimate["mean"] <= estimate["high"] <= 1
    assert (model.model_id, evaluation["splits"]) == (before.model_id, 2)
    assert (evaluation["articles"], evaluation["held_out"]) == (120, 120)  # Each has seven or eight links.
    with planted.session() as connection:
        after = registry.find(connection, model.model_id)
    assert after.metrics == {**before.metrics, "evaluation": evaluation}
    assert after.state == "active"


def test_the_same_figures_twice_and_a_table_of_them(planted: Database, capsys: pytest.CaptureFixture[str]) -> None:
    trained(planted, Settings(objective="mse", dimensions=8, epochs=2))
    load(planted, record(1000, 0, [0, 1, 2, 3, 4, 5]))
    model, evaluation = evaluated(planted)
    assert list(evaluation["ways"]) == ["model", "sigmoid", "popularity", "TF-IDF", "chance"]  # The model's own is mse.
    assert evaluated(planted, model.model_id).evaluation == evaluation
    show(model, evaluation)
    shown = capsys.readouterr()
    assert "split 1 of 1: mse" in shown.err
    assert "121 of" in shown.out
    assert "The data has changed since the model was trained." in shown.out
    for word in ("model 1", "TF-IDF", "popularity", "chance", *RANKING, "author", "genre"):
        assert word in shown.out
    recall = evaluation["ways"]["model"]["recall@20"]["mean"]
    assert f"{recall:.3f}".removeprefix("0") in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines())


def test_the_settings_come_back_from_the_row(planted: Database) -> None:
    asked = Settings(dimensions=8, epochs=1, kinds=("page",), drop_titles=("Link 3",), topics=("book",))
    model = trained(planted, asked)
    pairs, again = prepared_again(planted, model)
    assert fingerprint(pairs) == model.fingerprint
    assert (again.kinds, again.drop_titles, again.topics) == (("page",), ("Link 3",), ("book",))
    assert (again.temperature, again.articles_per_step) == (0.17, 10)  # As they were decided then.
    assert prepared_again(planted, changed(planted, "settings - 'seed' || '{\"of a later version\": 1}'"))[1] == again


def test_links_are_ranked_by_the_sharpness_in_the_row(planted: Database) -> None:
    _, before = prepared_again(planted, trained(planted, Settings(dimensions=2, epochs=1)))
    _, sharper = prepared_again(planted, changed(planted, "settings || '{\"sharpness\": 1.5}'"))
    assert sharper.sharpness == 1.5
    _, of_an_earlier_version = prepared_again(planted, changed(planted, "settings - 'sharpness'"))
    assert of_an_earlier_version == before
    assert before.sharpness == 1.25


def test_what_cannot_be_evaluated(database: Database) -> None:
    with pytest.raises(SettingInvalid, match="--splits cannot be 0: use 1 to 100"):
        evaluated(database, n_splits=0)
    with pytest.raises(NoActiveModel):
        evaluated(database)
    with pytest.raises(ModelNotFound, match="no model 7"):
        evaluated(database, 7)
    for state in ("training", "failed"):
        model_id = store_model(database, activate=False)
        with database.transaction() as connection:
            connection.execute(text("update models set state = :state"), {"state": state})
        with pytest.raises(ModelUnusable, match=f"model {model_id} cannot be evaluated: its state is {state}"):
            evaluated(database, model_id)


def test_too_few_links_to_hold_any_out(database: Database) -> None:
    load(database, *(article(f"Book {number}", ["A", "B", "C", "D"]) for number in range(5)))
    trained(database, Settings(dimensions=2, epochs=1))
    with pytest.raises(NothingToEvaluate, match="no article of model 1 has five links or more"):
        evaluated(database)


def test_a_model_that_is_dropped_meanwhile_keeps_nothing(planted: Database) -> None:
    trained(planted, Settings(objective="mse", dimensions=2, epochs=1))
    store_model(planted, activate=True)

    @contextmanager
    def dropping() -> Iterator[OnEpoch]:
        with planted.transaction() as connection:
            if len(registry.listed(connection)) == 2:
                activation.drop(connection, 1)
        yield lambda epoch: None

    with pytest.raises(ModelNotFound, match="no model 1"):
        evaluate(planted, 1, 1, dropping)
