"""Topics: the file, a user's file, and the pattern that finds candidates in raw bytes."""

import re
import tomllib
from collections.abc import Callable
from pathlib import Path

import pytest

from ingest.errors import BadTopicFile, InfoboxOfTwoTopics, UnknownTopic
from ingest.topics.catalogue import by_infobox, candidate_pattern, in_language, languages, load_topics
from ingest.topics.facets import READINGS
from ingest.topics.topic_file import READING_NAMES, parameter_name
from tests.support.growth import assert_linear, repeated

FOLDER = Path(__file__).parents[3] / "ingest" / "topics"
OWN = tomllib.loads((FOLDER / "topics.toml").read_text(encoding="utf-8"))
ALL_TOPICS = load_topics(OWN["topics"])
BOOKS = candidate_pattern(load_topics(["book"]))
OPERETTA = """
[topics.operetta]
view = "operettas"
infoboxes = ["Infobox operetta"]
facets.composer = ["Music by"]
"""


WriteFile = Callable[[str], Path]


@pytest.fixture
def user_file(tmp_path: Path) -> WriteFile:
    def write(text: str) -> Path:
        path = tmp_path / "mine.toml"
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_book_is_the_default() -> None:
    assert [(topic.name, topic.view) for topic in load_topics()] == [("book", "books")]


def test_topics_come_in_the_order_asked_for_without_repeats() -> None:
    assert [topic.name for topic in load_topics(["film", "book", "film"])] == ["film", "book"]


def test_an_unknown_topic_names_the_known_ones() -> None:
    with pytest.raises(UnknownTopic, match='no topic "operetta"; the topics are book, short story, play'):
        load_topics(["operetta"])


def test_our_file_holds_together() -> None:
    topics = ALL_TOPICS
    assert len(topics) == 35, "docs/ingest.md says so"
    views = [topic.view for topic in topics]
    assert len(set(views)) == len(views)
    assert all(re.fullmatch("[a-z][a-z_]*", view) for view in views)
    assert len(by_infobox(topics)) == sum(len(topic.infoboxes) for topic in topics), "no name twice"
    assert {facet.reading for topic in topics for facet in topic.facets} == set(READINGS) == set(READING_NAMES)
    assert OWN["reading"].keys() == {facet.name for topic in topics for facet in topic.facets}, (
        "every reading is of a facet"
    )
    parameters = [name for topic in topics for facet in topic.facets for name in facet.parameters]
    assert parameters == list(map(parameter_name, parameters))


def test_a_users_topic_is_added(user_file: WriteFile) -> None:
    operetta, book = load_topics(["operetta", "book"], user_file(OPERETTA))
    assert (operetta.view, operetta.infoboxes, book.view) == ("operettas", ("Infobox operetta",), "books")
    assert [(facet.name, facet.reading, facet.parameters) for facet in operetta.facets] == [
        ("composer", "people", ("music_by",))
    ]


def test_a_users_topic_replaces_ours(user_file: WriteFile) -> None:
    text = '[topics.book]\nview = "books"\ninfoboxes = ["Infobox tome"]\nfacets.author = ["by"]\n'
    (book,) = load_topics(["book"], user_file(text))
    assert (book.infoboxes, len(book.facets)) == (("Infobox tome",), 1)


def test_a_user_gives_a_new_facet_its_reading(user_file: WriteFile) -> None:
    text = '[reading]\nvoice = "words"\n' + OPERETTA + 'facets.voice = ["voice"]\n'
    (operetta,) = load_topics(["operetta"], user_file(text))
    assert [(facet.name, facet.reading) for facet in operetta.facets][-1] == ("voice", "words")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[topics.operetta", "mine.toml: the file is not TOML"),
        ("", 'mine.toml: the file has no table "topics"'),
        ("[topic.operetta]\nview = 1\n", r"\[topic\] is not known; write \[topics.NAME\]"),
        (OPERETTA.replace("view", "wiev"), 'topic "operetta" has'),
        (OPERETTA.replace('view = "operettas"', ""), 'topic "operetta" has no "view"; its keys are view,'),
        (OPERETTA + "colour = 1\n", 'topic "operetta" has the unknown key "colour"'),
        (OPERETTA.replace("operettas", "my operettas"), "has the view 'my operettas'; write a name"),
        (OPERETTA.replace("operettas", "x" * 64), "write a name"),
        (OPERETTA.replace("operettas", "order"), "has the view 'order'; write a name that SQL takes without quotes"),
        (OPERETTA.replace('"operettas"', "3"), "has the view 3; write a name"),
        (OPERETTA.replace("operettas", "links"), "has the view 'links'; that name is taken in the database"),
        (OPERETTA.replace("operettas", "article_vectors"), "that name is taken in the database"),
        (OPERETTA.replace("operettas", "films"), 'has the view "films" of the topic "film"; choose another name'),
        (OPERETTA.replace('["Infobox operetta"]', '"Infobox operetta"'), r'write a list of names: infoboxes = \["...'),
        (OPERETTA.replace('["Infobox operetta"]', "[]"), r'"infoboxes" = \[\]'),
        (OPERETTA.replace('["Music by"]', "[1]"), r'"facets.composer" = \[1\]'),
        (OPERETTA.replace("composer", "tenor"), 'facet "tenor" without a reading; write tenor = "words" into its'),
        (OPERETTA.replace("composer", "title"), "has the facet 'title'; that name is taken"),
        (OPERETTA.replace("composer", "'a b'"), "has the facet 'a b'; write a name"),
        (
            OPERETTA + '[reading]\ncomposer = "names"\n',
            r"\[reading\] composer is 'names'; write one of words, countries, languages",
        ),
        (OPERETTA + '[reading]\nyear = "words"\n', r"\[reading\] year is 'words'; write one of year"),
        ('reading = "words"\n' + OPERETTA, 'has no table "reading"'),
        ("topics.operetta = 1\n", 'topic "operetta" has no table "operetta"'),
        ('[topics."a\\u0000b"]\nfacets = 1\n', 'topic "a'),
    ],
)
def test_a_bad_file_is_one_line_with_its_remedy(user_file: WriteFile, text: str, message: str) -> None:
    with pytest.raises(BadTopicFile, match=message) as raised:
        load_topics(["book"], user_file(text))
    assert "\n" not in str(raised.value)
    assert ";" in str(raised.value)


def test_a_file_that_is_not_there_or_not_text(tmp_path: Path) -> None:
    (tmp_path / "latin.toml").write_bytes(b'[topics.caf\xe9]\nview = "x"\n')
    for name, message in [("no.toml", "cannot be read"), ("latin.toml", "is not TOML"), (".", "cannot be read")]:
        with pytest.raises(BadTopicFile, match=message):
            load_topics(["book"], tmp_path / name)


def test_an_infobox_has_one_topic(user_file: WriteFile) -> None:
    path = user_file(OPERETTA.replace("Infobox operetta", "infobox Novel"))
    assert len(load_topics(["operetta"], path)) == 1, "asked for alone it may have the name"
    with pytest.raises(
        InfoboxOfTwoTopics, match='the infobox "infobox Novel" is listed by the topics book and operetta'
    ):
        load_topics(["book", "operetta"], path)


@pytest.mark.parametrize(
    ("raw", "expected", "reason"),
    [
        (b"{{Infobox book", True, "as it is"),
        (b"{{infobox Book", True, "another case"),
        (b"{{Infobox_book", True, "an underscore"),
        (b"{{ \n Infobox book", True, "spaces before"),
        (b"{{&lt;!-- x --&gt;Infobox book", True, "a comment before"),
        (b"{{Template:Infobox book", True, "with its namespace"),
        (b"{{ template : Infobox book", True, "and spaces"),
        (b"{{Infobox  book", True, "two spaces"),
        (b"{{Infobox\xc2\xa0book", True, "a no-break space"),
        (b"{{Infobox&amp;nbsp;book", True, "as an entity"),
        (b"{{Infobox &lt;!-- x --&gt;book", True, "a comment between"),
        (b"{{Infobox novel", True, "a redirect of the template"),
        (b"{{{{Infobox book", True, "more braces"),
        (b"{{Infobox film", False, "another topic"),
        (b"{{Book", False, "not an infobox"),
        (b"Infobox book", False, "not a template"),
    ],
)
def test_candidates(raw: bytes, expected: bool, reason: str) -> None:
    assert bool(BOOKS.search(raw)) is expected, reason


@pytest.mark.parametrize("language", ["en", *languages()])
def test_every_infobox_is_a_candidate_in_any_case(language: str) -> None:
    topics = in_language(ALL_TOPICS, language)
    search = candidate_pattern(topics).search
    names = [name for topic in topics for name in topic.infoboxes]
    assert all(
        search(f"{{{{{form}".encode()) for name in names for form in (name, name.lower(), name.replace(" ", "_"))
    )


@pytest.mark.parametrize(
    "piece", ["{{", "{{a", "{{ ", "{{&lt;!--", "&lt;!----&gt;", "{{Infobox ", "{{a:", "{{&lt;!----&gt;"]
)
def test_no_page_hangs_the_search(piece: str) -> None:
    search, text = candidate_pattern(ALL_TOPICS).search, repeated("{{", piece, "!")
    assert not search(text(1_000).encode())
    assert_linear(search, lambda size: text(size).encode(), 50_000)
