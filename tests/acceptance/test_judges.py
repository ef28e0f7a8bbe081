"""The command judges the model of the sample by likes and by "See also", and TF-IDF by real likes, if there are any."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from sqlalchemy import text

import db.judging
from db.connection import Database
from tests.support.commands import answer, done, refusal
from train.config import Settings, decide
from train.evaluation.answers import answers, by_tfidf, measures
from train.evaluation.likes_file import read_likes
from train.evaluation.questions import of_readers
from train.pipeline import read_pairs

BY_AUTHOR = """
    select string_agg(f.value || E'\\t' || a.title, E'\\n')
    from facets f join articles a using (article_id)
    where f.name = 'author' and a.topic = 'book'
      and f.value in (select value from facets where name = 'author' group by value having count(*) >= 5)"""

NAMED = """
    select count(distinct (p.article_id, l.article_id)) from article_links p join links l using (link_id)
    where p.see_also and l.article_id is not null"""


def test_readers_who_like_an_author_are_served_by_the_sample(sample_copy: str, tmp_path: Path) -> None:
    likes = tmp_path / "likes.tsv"
    with Database(sample_copy) as database, database.session() as connection:
        by_author = connection.scalar(text(BY_AUTHOR))
    likes.write_text(f"{by_author}\nsomebody\n", encoding="utf-8")
    told = answer("train", "evaluate", "--likes", str(likes), DATABASE_URL=sample_copy)
    (model,) = answer("train", "models", DATABASE_URL=sample_copy)
    assert {"model_id": model["model_id"], **model["metrics"]["likes"]} == told
    assert (told["file"], told["malformed"], told["unknown_titles"]) == ("likes.tsv", 1, 0)
    rows = {(row["way"], row["prominence"]): row for row in told["answers"]}
    alone = rows["prominence alone", None]
    assert rows["model", 0]["NDCG@20"]["low"] > alone["NDCG@20"]["high"]
    assert rows["model", -1]["percentile"]["high"] < rows["model", 0]["percentile"]["mean"]
    assert rows["model", 1]["percentile"]["low"] > rows["model", 0]["percentile"]["mean"]
    shown = done("train", "evaluate", str(model["model_id"]), "--likes", str(likes), DATABASE_URL=sample_copy)
    assert f"{rows['TF-IDF', 0.5]['recall@20']['mean']:.4f}".removeprefix("0") in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_the_sections_see_also_of_the_sample(sample_copy: str) -> None:
    told = answer("train", "evaluate", "--see-also", DATABASE_URL=sample_copy)
    (model,) = answer("train", "models", DATABASE_URL=sample_copy)
    assert {"model_id": model["model_id"], **model["metrics"]["see_also"]} == told
    rows = {(row["way"], row["prominence"]): row for row in told["answers"]}
    assert rows["model", 0]["recall@20"]["low"] > rows["prominence alone", None]["recall@20"]["high"]
    with Database(sample_copy) as database, database.session() as connection:
        assert told["see_also"] == connection.scalar(text(NAMED))
    again = done("train", "evaluate", str(model["model_id"]), "--see-also", DATABASE_URL=sample_copy)
    assert f"{rows['model', 0]['recall@20']['mean']:.4f}".removeprefix("0") in again
    assert all(len(line) <= 80 for line in again.splitlines())


def test_what_cannot_be_judged_is_one_line(sample_copy: str, tmp_path: Path) -> None:
    likes = tmp_path / "likes.csv"
    assert "No such file" in refusal("train", "evaluate", "--likes", str(likes), DATABASE_URL=sample_copy)
    likes.write_text("reader,title\nann,Nothing of the kind\n", encoding="utf-8")
    assert "has no reader who likes" in refusal("train", "evaluate", "--likes", str(likes), DATABASE_URL=sample_copy)


def test_tfidf_of_the_facebook_books(url: str, shared_data: Path, tmp_path: Path) -> None:
    """The figure was computed by other code: TF-IDF cosine, links of at least 2 books."""
    books, likes = tmp_path / "books.ndjson", tmp_path / "likes.tsv"
    tool = shared_data.parent / "tools" / "facebook_book_to_ndjson.py"
    subprocess.run([sys.executable, tool, books, likes], check=True, stdout=subprocess.DEVNULL)
    done("ingest", str(books), DATABASE_URL=url)
    file = read_likes(likes)
    with Database(url) as database:
        pairs, _ = decide(Settings(min_articles=2), read_pairs(database, Settings()))
        with database.session() as connection:
            article_of = db.judging.find_articles(connection, {row.title for row in file.rows})
    liked: dict[str, list[int]] = {}
    for row in file.rows:
        liked.setdefault(row.reader, []).append(article_of[row.title])
    questions = of_readers({reader: sorted(ids) for reader, ids in liked.items()})
    assert (questions.group.max() + 1, len(questions.asked), len(pairs.article_ids)) == (1398, 18889, 2829)
    asked, question = np.unique(questions.asked, return_inverse=True)
    (found,) = answers(by_tfidf(pairs), np.zeros(2829, np.float32), asked, [0])
    figures = measures(questions, found[question], pairs.article_ids, np.full(2829, 0.5))
    # The order of books with the same cosine, here that of their ids, changes the fifth decimal: .05043 to .05047.
    assert figures["NDCG@20"].mean() == pytest.approx(0.0505, abs=1e-4)
