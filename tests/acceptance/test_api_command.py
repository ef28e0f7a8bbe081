"""`python -m api`: every command gives the answer of Python, as JSON, as a table, and as SQL for psql."""

import json
import re
from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import pytest

import api
from api import commands, literals, tables
from db.connection import Database
from db.errors import WikishelfError
from tests.support.commands import answer, done

ASKED = {
    "similar": ["similar", "Dracula", "--count", "4", "--facet", "language=English", "--same-author", "no"],
    "facets": ["similar", "Dracula", "--facet", "year=1800..1900", "--facet", "genre=Gothic fiction",
               "--facet", "genre=Science fiction", "--topic", "book", "--exact"],
    "least": ["similar", "Dracula", "--least", "--same-series", "no", "--count", "3"],
    "links": ["similar", "Napoleon", "--link", "--kind", "page", "--count", "3"],
    "near": ["near", "Napoleon", "--topic", "book"],
    "lacking": ["lacking", "War and Peace", "--count", "5"],
    "recommend": ["recommend", "--like", "Dracula", "--like", "Frankenstein", "--weight", "2", "--weight", "0.5",
                  "--dislike", "War and Peace", "--diversity", "0.3", "--count", "5"],
    "explain": ["explain", "War and Peace", "Anna Karenina", "--count", "3"],
    "search": ["search", "brothers karamasov", "--count", "2", "--topic", "book"],
    "series": ["series", "The Two Towers"],
}  # fmt: skip


@pytest.fixture(scope="module")
def shelf(sample_url: str) -> Iterator[api.Shelf]:
    with api.Shelf(Database(sample_url)) as shelf:
        yield shelf


def by_python(shelf: api.Shelf, arguments: list[str]) -> Any:
    question = commands.question(commands.parser().parse_args(arguments))
    return getattr(shelf, question.verb)(**question.arguments)


def in_psql(url: str, statement: str) -> Any:
    rows = f"select coalesce(json_agg(x), '[]') from ({statement.rstrip().rstrip(';')}) x"
    return json.loads(done("db", "psql", "-X", "-At", "-c", rows, DATABASE_URL=url))


@pytest.mark.parametrize("name", ASKED)
def test_the_printed_sql_gives_the_same_answer_in_psql(sample_url: str, shelf: api.Shelf, name: str) -> None:
    expected = [asdict(record) for record in by_python(shelf, ASKED[name])]
    assert expected
    question = commands.question(commands.parser().parse_args(ASKED[name]))
    assert in_psql(sample_url, literals.statement(question)) == expected


def test_the_command_prints_both(sample_url: str, shelf: api.Shelf) -> None:
    expected = [asdict(record) for record in by_python(shelf, ASKED["recommend"])]
    assert answer("api", *ASKED["recommend"], DATABASE_URL=sample_url) == expected
    assert in_psql(sample_url, done("api", *ASKED["recommend"], "--sql", DATABASE_URL="postgresql:///none")) == expected


def test_text_is_quoted(sample_url: str) -> None:
    texts = ["O'Brien", "back\\slash", "\\'; drop table links; --", "a\nb", ":x", "$$", "Ærø", '"']
    facets = {text: [text] for text in texts}
    one_by_one = ", ".join(map(literals.literal, texts))
    (row,) = in_psql(
        sample_url,
        f"select array[{one_by_one}] as one_by_one, {literals.literal(texts)} as texts,"
        f" {literals.literal(facets)}::jsonb as facets",
    )
    assert row == {"one_by_one": texts, "texts": texts, "facets": facets}


def test_tables_have_bars(sample_url: str) -> None:
    lines = done("api", "explain", "War and Peace", "Anna Karenina", DATABASE_URL=sample_url).splitlines()
    assert lines[0].split() == ["links", "similarity", "share"]
    assert max(map(len, lines)) <= 80
    assert max(line.count("█") for line in lines) == tables.LONGEST_BAR
    lines = done("api", "series", "The Two Towers", DATABASE_URL=sample_url).splitlines()
    assert [line.strip().split(None, 2) for line in lines[:2]] == [
        ["place", "topic", "title"],
        ["1", "book", "The Fellowship of the Ring"],
    ]
    assert [tables.bar(value, 4.0) for value in (-1.0, 0.0, 2.0)] == ["", "", "█" * (tables.LONGEST_BAR // 2)]


@pytest.mark.parametrize(
    ("line", "legend"),
    [
        ("similar Dracula", None),
        ("similar Dracula --prominence 0.5", "score: the similarity, and what prominence adds to it"),
        ("lacking Dracula", "score: the similarity as the training weights it, with how common the link is"),
        ("search Dracula", "score: how like the words the title or alias is, 0 to 1"),
        ("series Dracula", None),
    ],
)
def test_a_score_is_explained(sample_url: str, line: str, legend: str | None) -> None:
    *rows, last = done("api", *line.split(), DATABASE_URL=sample_url).splitlines()
    assert (last if "score" in rows[0].split() else None) == legend
    assert "score:" not in done("api", *line.split(), "--json", DATABASE_URL=sample_url)


@pytest.mark.parametrize(
    "arguments",
    [
        ["similar", "x", "--link", "--topic", "film"],
        ["similar", "x", "--kind", "page"],
        ["similar", "x", "--facet", "genre"],
        ["similar", "x", "--same-author", "perhaps"],
        ["similar", "x", "--link", "--kind", "dog"],
        ["recommend"],
        ["explain", "x"],
        ["serve", "--connections", "0"],
        [],
    ],
)
def test_wrong_usage(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as end:
        commands.parse(arguments)
    assert end.value.code == 2


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["similar", "Dracula", "--facet", "gender=x"], 'a facet "gender"'),
        (["similar", "Dracula", "--facet", "year=soon"], "1950..1980"),
        (["similar", "Dracula", "--topic", "opera"], "book, film"),
        (["recommend", "--like", "Dracula", "--weight", "0"], "above 0"),
        (["recommend", "--like", "Dracula", "--diversity", "7"], "between 0 and 1"),
        (["explain", "Dracula", "Draculla"], 'did you mean "Dracula"'),
        (["near", "Napoleone"], "Napoleon"),
    ],
)
def test_a_wrong_value_is_named(shelf: api.Shelf, arguments: list[str], words: str) -> None:
    with pytest.raises(WikishelfError, match=re.escape(words)):
        by_python(shelf, arguments)
