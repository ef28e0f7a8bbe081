"""A model is judged by the links of "See also", which it does not see, and the figures are stored with it."""

from contextlib import AbstractContextManager, nullcontext

import numpy as np
import pytest
from sqlalchemy import text

import db.judging
from db.connection import Database
from db.errors import NoActiveModel
from db.importing.records import Article, Link, Redirect
from db.judging import SeeAlso
from db.models import registry
from tests.support.planted import article, load
from tests.support.planted_blocks import blocks
from train.config import Settings
from train.errors import NoSeeAlso
from train.evaluation.by_see_also import divided, evaluate_by_see_also
from train.evaluation.evaluate import Evaluated, prepared_again
from train.evaluation.judge_report import show
from train.evaluation.questions import of_see_also
from train.pipeline import train
from train.progress import OnEpoch

SETTINGS = Settings(dimensions=16, epochs=20, min_articles=1)
MARKED = """
    select a.title, l.title, p.occurrences from article_links p join articles a using (article_id)
    join links l using (link_id) where p.see_also order by 1, 2"""


def related(title: str, links: list[str], see_also: list[str], **changes: object) -> Article:
    marked = frozenset(Link("page", other) for other in see_also)
    return article(title, dict.fromkeys([*links, *see_also], 1), see_also=marked, **changes)


@pytest.fixture
def shelf(database: Database) -> Database:
    """Blocks of 20 books; each names the next two of its block under "See also"."""
    pairs, block_of = blocks(articles=20)
    links = np.split(pairs.link_index, np.flatnonzero(np.diff(pairs.article_index)) + 1)
    books = []
    for number, row in enumerate(links):
        others = [20 * int(block_of[number]) + (number + step) % 20 for step in (1, 2)]
        made = [f"Link {link}" for link in row]
        books.append(related(f"Book {number}", made, [f"Book {other}" for other in others]))
    load(database, *books)
    return database


def silent() -> AbstractContextManager[OnEpoch]:
    return nullcontext(lambda epoch: None)


def evaluated(database: Database) -> Evaluated:
    return evaluate_by_see_also(database, None, silent)


def test_links_are_marked_over_redirects_and_imports(database: Database) -> None:
    load(
        database,
        related("A", ["B", "C", "Alias"], ["Alias", "D"]),
        article("B", ["A"]),
        Redirect("Alias", "B"),
    )
    with database.session() as connection:
        assert connection.execute(text(MARKED)).all() == [("A", "B", 2), ("A", "D", 1)]
        assert [column.tolist() for column in db.judging.read_see_also(connection)] == [[1], [2], [2]]
    load(database, related("A", ["B"], ["C"]), related("C", [], ["A"], topic="film"))
    with database.session() as connection:
        assert connection.execute(text(MARKED)).all() == [("A", "C", 1), ("C", "A", 1)]


def test_questions_by_hand() -> None:
    # Article 1 names 2 and 3, one of them by two links, and article 3 names 1.
    columns = ([1, 1, 1, 3], [7, 8, 9, 7], [3, 2, 3, 1])
    questions = of_see_also(SeeAlso(*(np.array(column, np.int32) for column in columns)))
    assert (questions.asked.tolist(), questions.n_right.tolist()) == ([1, 3], [2, 1])
    assert questions.are_right(np.array([[2, 3, 1], [2, 3, 1]])).tolist() == [[True, True, False], [False, False, True]]


def test_nothing_of_see_also_is_trained_on(shelf: Database) -> None:
    load(shelf, related("Film", ["Link 1", "Link 2"], ["Book 1"], topic="film"))
    model = train(shelf, Settings(dimensions=2, epochs=1, topics=("book",), min_articles=1), True, silent())
    _, settings = prepared_again(shelf, model)
    pairs, see_also = divided(shelf, model, settings)
    assert (len(pairs.article_ids), len(see_also.article_ids)) == (120, 240)
    with shelf.session() as connection:
        titles = {row.link_id: row.title for row in connection.execute(text("select link_id, title from links"))}
        before = connection.scalar(text("select count(*) from article_links"))
    assert {titles[link][:5] for link in pairs.link_ids.tolist()} == {"Link "}
    assert len(pairs.article_index) == before - 240 - 3  # The film has three.


def test_a_planted_model_finds_them_and_the_figures_are_stored(
    shelf: Database, capsys: pytest.CaptureFixture[str]
) -> None:
    before = train(shelf, SETTINGS, True, silent())
    model, evaluation = evaluated(shelf)
    assert (evaluation["questions"], evaluation["see_also"], evaluation["articles"]) == (120, 240, 120)
    rows = {(row["way"], row["prominence"]): row for row in evaluation["answers"]}
    assert rows["model", 0]["recall@20"]["mean"] > 0.9 > 0.4 > rows["prominence alone", None]["recall@20"]["mean"]
    with shelf.session() as connection:
        after = registry.find(connection, model.model_id)
    assert after.metrics == {**before.metrics, "see_also": evaluation}
    assert evaluated(shelf).evaluation == evaluation
    show(model, evaluation)
    shown = capsys.readouterr().out
    assert 'Right are the articles that their sections "See also" name, 240 in all.' in shown
    assert all(len(line) <= 80 for line in shown.splitlines())


def test_without_see_also_there_is_nothing_to_ask(database: Database) -> None:
    with pytest.raises(NoActiveModel):
        evaluated(database)
    load(database, *(related(f"Book {number}", ["A", "B"], ["Nowhere"]) for number in range(5)))
    train(database, SETTINGS, True, silent())
    with pytest.raises(NoSeeAlso, match='no article of model 1 has a section "See also"'):
        evaluated(database)
