"""From a reader's export to answers: what they like counts, what they read stays out, what is unknown is listed."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

import api
from api import commands
from api.history import HistoryBook
from db.connection import Database
from db.errors import NothingLiked
from tests.support import exports
from tests.support.commands import command, refusal
from tests.support.exports import Row
from tests.support.planted import article, load, store_model

HISTORY = [
    Row("Dracula (Penguin Classics)", "Stoker, Bram", "5", "read"),
    Row("Frankenstein: The 1818 Text", "Mary Shelley", "4", "read"),
    Row("The strange case of Dr. Jekyll", "Robert Louis Stevenson", "4", "read"),  # no article is called so
    Row("Carmilla", "Joseph Sheridan Le Fanu", "3", "read"),
    Row("war and peace", "Лев Толстой; Tolstoy", "1", "read"),
    Row("Picture of Dorian Gray, The", "Oscar Wilde", "0", "dnf"),
    Row("Jane Eyre", "Charlotte Brontë", "0", "to-read"),
    Row("Wuthering Heights", "Emily Brontë", "seven", "read"),
    Row("My Neighbour's Memoirs", "A Neighbour", "5", "read"),
    Row("Frankenstein (Signet)", "Mary Shelley", "0", "read"),  # another edition, without a rating
]


@pytest.fixture(scope="module")
def shelf(sample_url: str) -> Iterator[api.Shelf]:
    with api.Shelf(Database(sample_url)) as shelf:
        yield shelf


@pytest.fixture
def export(tmp_path: Path) -> Path:
    path = tmp_path / "goodreads_library_export.csv"
    path.write_text(exports.goodreads(HISTORY), encoding="utf-8")
    return path


def test_a_history_becomes_a_taste(shelf: api.Shelf, export: Path) -> None:
    taste = shelf.match_history(api.read_history(export))
    assert dict(zip(taste.likes, taste.weights, strict=True)) == {"Dracula": 1, "Frankenstein": 1, "Carmilla": 0.5}
    assert taste.dislikes == ("War and Peace",)
    assert [book.title for book in taste.unmatched] == [HISTORY[2].title, HISTORY[8].title]
    read = [*taste.likes, *taste.dislikes, "The Picture of Dorian Gray"]
    assert taste.exclude == {article_id(shelf, title) for title in read}


def article_id(shelf: api.Shelf, title: str) -> int:
    return next(found.article_id for found in shelf.search_articles(title) if found.title == title)


def test_nothing_that_was_read_is_recommended(shelf: api.Shelf, export: Path) -> None:
    taste = shelf.match_history(api.read_history(export))
    everything = shelf.recommend_articles(taste.likes, taste.dislikes, taste.weights, count=600, topic="book")
    expected = [found for found in everything if found.title != "The Picture of Dorian Gray"]
    assert len(expected) == len(everything) - 1
    for count in (1, 5, len(expected), len(expected) + 1):
        assert shelf.recommend_for(taste, count, topic="book") == expected[:count]
    assert shelf.recommend_for(taste, 5, facets={"language": "French"}, diversity=0.5)
    assert asyncio.run(by_asyncio(shelf, taste)) == expected[:5]


async def by_asyncio(shelf: api.Shelf, taste: api.Taste) -> list[api.SimilarArticle]:
    return await api.AsyncShelf(shelf).recommend_for(taste, 5, topic="book")


def test_the_command(sample_url: str, shelf: api.Shelf, export: Path, tmp_path: Path) -> None:
    unmatched = tmp_path / "unmatched.tsv"
    given = ["api", "recommend", "--history", str(export), "--unmatched", str(unmatched), "--topic", "book"]
    done = command(*given, "--json", "--count", "4", DATABASE_URL=sample_url)
    assert done.returncode == 0, done.stderr
    taste = shelf.match_history(api.read_history(export))
    found = [api.SimilarArticle(**row) for row in json.loads(done.stdout)]
    assert found == shelf.recommend_for(taste, 4, topic="book")
    assert unmatched.read_text(encoding="utf-8").splitlines() == [
        "The strange case of Dr. Jekyll\tRobert Louis Stevenson",
        "My Neighbour's Memoirs\tA Neighbour",
    ]
    assert done.stderr.splitlines() == [
        f'{export}, line 9: skipped: the rating is "seven", not a number from 0 to 5',
        f"{export}: rows skipped: 1",
        f"{export} (Goodreads): 8 books were read; 6 have an article here, 2 have none",
    ]


def test_no_unmatched_title_is_a_formula_in_a_spreadsheet(sample_url: str, tmp_path: Path) -> None:
    titles = ['=HYPERLINK("x")', "+1", "-30-", "@War", "Two\nlines"]
    rows = [Row("Dracula", "Bram Stoker", "5", "read"), *(Row(title, "=Nobody", "5", "read") for title in titles)]
    (tmp_path / "history.csv").write_text(exports.goodreads(rows), encoding="utf-8")
    given = ["--history", str(tmp_path / "history.csv"), "--unmatched", str(tmp_path / "unmatched.tsv")]
    done = command("api", "recommend", *given, DATABASE_URL=sample_url)
    assert done.returncode == 0, done.stderr
    written = (tmp_path / "unmatched.tsv").read_text(encoding="utf-8").splitlines()
    assert written == [f"{title}\t'=Nobody" for title in ['\'=HYPERLINK("x")', "'+1", "'-30-", "'@War", "Two lines"]]


def test_titles_besides_a_history(sample_url: str, shelf: api.Shelf, export: Path) -> None:
    given = ["--like", "Emma (novel)", "--weight", "2", "--dislike", "Moby-Dick"]
    done = command("api", "recommend", "--history", str(export), *given, DATABASE_URL=sample_url)
    taste = shelf.match_history(api.read_history(export)).joined(["Emma (novel)"], ["Moby-Dick"], [2])
    titles = [found.title for found in shelf.recommend_for(taste)]
    assert done.returncode == 0, done.stderr
    assert all(title in done.stdout for title in titles)
    assert not {"Emma (novel)", "Moby-Dick", "Dracula"} & {*titles}


def test_a_login_that_may_only_read_can_ask(sample_url: str, shelf: api.Shelf, export: Path) -> None:
    with api.Shelf(Database(sample_url, limits=api.Limits(reader=True))) as reading:
        answer = reading.recommend_for(reading.match_history(api.read_history(export)))
    assert answer == shelf.recommend_for(shelf.match_history(api.read_history(export)))


def test_refusals(sample_url: str, tmp_path: Path, export: Path) -> None:
    other = tmp_path / "other.csv"
    other.write_text("Name,Stars\nEmma,5\n", encoding="utf-8")
    line = refusal("api", "recommend", "--history", str(other), DATABASE_URL=sample_url)
    assert f'{other} is not an export of Goodreads, StoryGraph or LibraryThing (it begins with "Name,Stars")' in line
    done = command("api", "recommend", "--history", str(export), "--unmatched", "/", DATABASE_URL=sample_url)
    assert done.returncode == 1
    assert "cannot write the books without an article to /" in done.stderr.splitlines()[-1]


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["--unmatched", "x.tsv", "--like", "x"],
        ["--history", "x.csv", "--sql"],
        ["--history", "x.csv", "--unmatched", "./x.csv"],
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        commands.parse(["recommend", *arguments])
    assert end.value.code == 2


def test_an_article_without_a_vector_stops_nothing(database: Database) -> None:
    load(database, article("Old", ["Shared"]), article("Older", ["Shared"]), article("Oldest", ["Shared"]))
    store_model(database)
    load(database, article("New", ["Shared"]))
    shelf = api.Shelf(database)
    read = [HistoryBook("Old", "", 5.0, "read"), HistoryBook("New", "", 5.0, "read")]
    taste = shelf.match_history(read)
    assert taste.likes == ("Old",)
    assert len(taste.exclude) == 2
    assert {found.title for found in shelf.recommend_for(taste)} == {"Older", "Oldest"}
    with pytest.raises(NothingLiked):
        shelf.recommend_for(shelf.match_history([HistoryBook("Old", "", 1.0, "read")]))


def test_longer_lists_than_one_question_may_have(database: Database) -> None:
    load(database, *(article(f"Book {n}") for n in range(7)))
    books = [HistoryBook(f"Book {n}", "", 5.0, "read") for n in (6, 9, 0, 3, 5)]
    with Database(database.url, limits=api.Limits(titles=2)) as limited:
        taste = api.Shelf(limited).match_history(books)
    assert taste.likes == ("Book 6", "Book 0", "Book 3", "Book 5")
    assert taste.unmatched == (books[1],)
