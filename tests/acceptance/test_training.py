"""Trainings by the command: same seeds and other seeds, and models that are listed, activated and dropped."""

import re

import psycopg

from tests.support.commands import answer, command, done, refusal


def vectors_of(url: str, model_id: int) -> tuple[str, str]:
    query = "select md5(string_agg(vector_send(embedding), ''::bytea order by {}_id)) from _{}_vectors_{}"
    with psycopg.connect(url) as connection:
        articles, links = (
            connection.execute(query.format(kind, kind, model_id)).fetchone() for kind in ("article", "link")
        )
    assert articles is not None
    assert links is not None
    return articles[0], links[0]


def test_one_seed_one_set_of_vectors(sample_copy: str) -> None:
    done("train", "--no-activate", DATABASE_URL=sample_copy)
    done("train", "--no-activate", "--seed", "7", DATABASE_URL=sample_copy)
    assert vectors_of(sample_copy, 2) == vectors_of(sample_copy, 1)
    assert vectors_of(sample_copy, 3) != vectors_of(sample_copy, 1)


def test_models_are_listed_switched_and_dropped(sample_copy: str) -> None:
    before = answer("api", "similar", "Dracula", DATABASE_URL=sample_copy)
    trained = command(
        "train", "--objective", "sigmoid", "--dimensions", "16", "--epochs", "2", DATABASE_URL=sample_copy
    )
    assert trained.stderr.splitlines()[-1] == "next: python -m train map  # put its articles on a map"
    assert answer("api", "similar", "Dracula", DATABASE_URL=sample_copy) != before
    assert "is active" in refusal("train", "drop", "2", DATABASE_URL=sample_copy)
    assert answer("train", "activate", "1", DATABASE_URL=sample_copy)["state"] == "active"
    assert "model 1 is active" in done("train", "activate", "1", DATABASE_URL=sample_copy)
    assert answer("api", "similar", "Dracula", DATABASE_URL=sample_copy) == before
    listed = answer("train", "models", DATABASE_URL=sample_copy)
    assert [(one["model_id"], one["state"], one["dimensions"]) for one in listed] == [
        (1, "active", 50),
        (2, "ready", 16),
    ]
    assert answer("train", "drop", "2", DATABASE_URL=sample_copy) == {"dropped": 2}
    assert len(answer("train", "models", DATABASE_URL=sample_copy)) == 1
    assert "no model 2" in refusal("train", "activate", "2", DATABASE_URL=sample_copy)


def test_the_row_of_a_model_tells_its_story(sample_url: str) -> None:
    (model,) = answer("train", "models", DATABASE_URL=sample_url)
    assert (model["state"], model["objective"], len(model["fingerprint"])) == ("active", "softmax", 64)
    assert {"loss", "seconds", "articles", "links", "pairs"} <= model["metrics"].keys()
    assert {"dimensions", "epochs", "seed", "min_articles", "kinds"} <= model["settings"].keys()


def test_the_table_of_models_copes_with_rows_that_lack_metrics(sample_copy: str) -> None:
    with psycopg.connect(sample_copy) as connection:
        connection.execute(
            "insert into models (state, objective, dimensions, settings, reason)"
            " values ('failed', 'mse', 8, '{}', 'out of memory'), ('ready', 'mse', 8, '{}', null)"
        )
    heading, *lines = done("train", "models", DATABASE_URL=sample_copy).splitlines()
    expected = ["model", "state", "objective", "created", "articles", "mapped", "links", "loss", "size", "why"]
    assert heading.split() == expected
    assert len(lines) == 3
    assert re.search(r"^ *1 +active +softmax, 50 .* [\d.]+ MB *$", lines[0])
    assert re.search(r"^ *2 +failed +mse, 8 .* 0\.0 MB +out of memory *$", lines[1])
    assert "_article_vectors_3 is missing" in refusal("train", "activate", "3", DATABASE_URL=sample_copy)


def test_wrong_usage_is_exit_code_2() -> None:
    for arguments in (("train", "--dimensions", "many"), ("api",), ("ingest",), ("db", "fly"), ("train", "activate")):
        assert command(*arguments).returncode == 2
