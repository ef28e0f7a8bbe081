"""A model is judged by likes, and the figures are stored beside its vectors."""

from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

import db.judging
from db.connection import Database
from db.errors import ModelNotFound, ModelUnusable, NoActiveModel
from db.importing.records import Redirect
from db.models import registry
from tests.support.planted import article, load, store_model
from train.errors import NoReaders
from train.evaluation.by_likes import evaluate_by_likes
from train.evaluation.judge_report import show
from train.evaluation.likes_file import LikesFile, Rated, read_likes

TITLES = [f"Book {number}" for number in range(30)]


@pytest.fixture
def shelf(database: Database) -> Database:
    """Books of two kinds of links, an alias, and a book whose only link no other has."""
    books = [article(title, ["A", "B", f"Kind {n % 2}", *["C"] * (n % 3)]) for n, title in enumerate(TITLES)]
    load(
        database, *books, article("Alone", ["Z"]), article("Tiny film", ["A"], topic="film"), Redirect("Book", "Book 0")
    )
    return database


def likes(**liked: list[str]) -> LikesFile:
    return LikesFile("likes.tsv", [Rated(reader, title, None) for reader in liked for title in liked[reader]], [])


def test_titles_are_found_by_alias_and_prominences_by_article(shelf: Database) -> None:
    with shelf.session() as connection:
        found = db.judging.find_articles(connection, ["Book", "Book 0", "Book 1", "Nothing", "book 1"])
        stored = connection.execute(text("select prominence from articles order by article_id")).scalars().all()
        known = db.judging.read_prominences(connection)
    assert found == {"Book": 1, "Book 0": 1, "Book 1": 2, "book 1": 2}
    assert known.article_ids.tolist() == list(range(1, 33))
    assert known.z.tolist() == pytest.approx(stored)
    assert len(set(stored)) > 2
    assert known.topic.tolist() == [1] * 31 + [2]


def test_prominences_of_an_empty_shelf(database: Database) -> None:
    with database.session() as connection:
        assert [column.tolist() for column in db.judging.read_prominences(connection)] == [[], [], []]


def test_the_figures_are_stored_and_the_same_twice(shelf: Database, capsys: pytest.CaptureFixture[str]) -> None:
    model_id = store_model(shelf)
    file = likes(ann=[*TITLES[:10:2], "Book"], bob=[*TITLES[1:12:2], "Alone"], few=TITLES[:4])
    model, evaluation = evaluate_by_likes(shelf, None, file)
    assert evaluate_by_likes(shelf, model_id, file).evaluation == evaluation
    counted = ("likes", "readers", "readers_left_out", "malformed", "unknown_titles", "articles", "links")
    assert [evaluation[name] for name in counted] == [12, 2, 1, 0, 0, 32, 5]
    with shelf.session() as connection:
        after = registry.find(connection, model_id)
    assert after.metrics == {**model.metrics, "likes": evaluation}
    assert capsys.readouterr().err == ""


def test_the_order_is_that_of_sql(shelf: Database) -> None:
    """One like is asked for, so the figures of prominence 0 follow from what SQL answers."""
    store_model(shelf)
    liked = ["Book 0", "Book 3", "Book 7", "Book 8", "Book 22"]
    _, evaluation = evaluate_by_likes(shelf, None, likes(ann=liked))
    found, discount = [], 1 / np.log2(np.arange(2, 22))
    with shelf.session() as connection:
        for title in liked:
            answer = text("select title from similar_articles(:title, 20, exact => true)")
            right = np.array([one in liked for one in connection.execute(answer, {"title": title}).scalars()])
            found.append(right @ discount / discount[:4].sum())
    row = next(row for row in evaluation["answers"] if (row["way"], row["prominence"]) == ("model", 0))
    assert row["NDCG@20"]["mean"] == pytest.approx(np.mean(found), abs=6e-5)


def test_what_is_skipped_is_told_and_the_table_fits(
    shelf: Database, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    store_model(shelf)
    path = tmp_path / "ours.csv"
    rows = [f"ann,{title}" for title in [*TITLES[:6], "Nope", "No\tpe", "Nada", "Nichts"]]
    path.write_text("\n".join([*rows, "ann", "ann,Emma,7"]), encoding="utf-8")
    model, evaluation = evaluate_by_likes(shelf, None, read_likes(path))
    assert (evaluation["malformed"], evaluation["unknown_titles"], evaluation["likes"]) == (2, 4, 6)
    show(model, evaluation)
    shown = capsys.readouterr()
    assert shown.err.splitlines() == [
        "2 malformed lines of ours.csv are skipped: line 11 has 1 column; line 12 has the rating '7', which is not a"
        " number from 0 to 5",
        '4 titles of ours.csv are not in this shelf and are skipped: "Nope"; \'No\\tpe\'; "Nada"; and 1 more',
    ]
    assert shown.out.startswith("6 likes of 1 readers asked about 32 articles.")
    for word in ("model 1", "TF-IDF", "prominence alone", "NDCG@20", "recall@20", "percentile", "The data has changed"):
        assert word in shown.out
    assert all(len(line) <= 80 for line in shown.out.splitlines())


def test_articles_without_a_vector_are_missed(shelf: Database, capsys: pytest.CaptureFixture[str]) -> None:
    store_model(shelf)
    with shelf.transaction() as connection:
        connection.execute(text("delete from _article_vectors_1 where article_id <= 5"))
    model, evaluation = evaluate_by_likes(shelf, None, likes(ann=TITLES[:5]))
    row = evaluation["answers"][0]
    assert (row["NDCG@20"]["mean"], row["recall@20"]["mean"], row.get("percentile")) == (0, 0, None)
    show(model, evaluation)
    assert ".0000 .0000-.0000" in capsys.readouterr().out


def test_what_cannot_be_judged(shelf: Database) -> None:
    with pytest.raises(NoActiveModel):
        evaluate_by_likes(shelf, None, likes(ann=TITLES))
    with pytest.raises(ModelNotFound, match="no model 7"):
        evaluate_by_likes(shelf, 7, likes(ann=TITLES))
    model_id = store_model(shelf)
    file = LikesFile(
        "likes.tsv", [Rated("ann", title, None) for title in [*TITLES[:4], "Nope"]], ["line 6 has 1 column"]
    )
    reason = (
        "no reader who likes 5 to 100 articles of this shelf: 1 of its 6 lines are malformed, and 1 of its 5 titles"
    )
    with pytest.raises(NoReaders, match=f"likes.tsv has {reason} are not in the shelf"):
        evaluate_by_likes(shelf, None, file)
    with shelf.transaction() as connection:
        connection.execute(text("drop view if exists books, films"))
        connection.execute(text("drop table _link_weights_1, _link_vectors_1 cascade"))
    with pytest.raises(
        ModelUnusable, match=f"model {model_id} cannot be evaluated: the table _link_vectors_1 is missing"
    ):
        evaluate_by_likes(shelf, model_id, likes(ann=TITLES))
