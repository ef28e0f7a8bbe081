"""The command judges the model of the sample."""

from tests.support.commands import answer, refusal


def test_the_figures_of_the_sample_are_told_and_stored(sample_copy: str) -> None:
    told = answer("train", "evaluate", "--splits", "1", DATABASE_URL=sample_copy)
    (model,) = answer("train", "models", DATABASE_URL=sample_copy)
    assert {"model_id": model["model_id"], **model["metrics"]["evaluation"]} == told
    assert model["fingerprint"] == told["fingerprint"]
    ways = told["ways"]
    assert ways["model"]["recall@20"]["low"] > ways["popularity"]["recall@20"]["high"]
    assert ways["model"]["author"]["low"] > ways["chance"]["author"]["high"]


def test_what_cannot_be_evaluated_is_one_line(sample_copy: str, url: str) -> None:
    assert "no model is active" in refusal("train", "evaluate", DATABASE_URL=url)
    assert "no model 7" in refusal("train", "evaluate", "7", DATABASE_URL=sample_copy)
    assert "--splits cannot be 0" in refusal("train", "evaluate", "--splits", "0", DATABASE_URL=sample_copy)
