"""Topics: the file, and the pattern that finds candidates in raw bytes."""

import pytest

from ingest.errors import UnknownTopic
from ingest.facets import READINGS
from ingest.topics import by_infobox, candidate_pattern, load_topics

ALL = [
    "book",
    "film",
    "album",
    "short story",
    "play",
    "poem",
    "comic",
    "television",
    "song",
    "writer",
    "person",
    "video game",
]


def test_book_is_the_default():
    assert [(topic.name, topic.view) for topic in load_topics()] == [("book", "books")]


def test_topics_come_in_the_order_asked_for_without_repeats():
    assert [topic.name for topic in load_topics(["film", "book", "film"])] == ["film", "book"]


def test_an_unknown_topic_names_the_known_ones():
    with pytest.raises(UnknownTopic, match='no topic "opera"; the topics are book, film, album'):
        load_topics(["opera"])


def test_the_file_holds_together():
    topics = load_topics(ALL)
    views = [topic.view for topic in topics]
    assert len(set(views)) == len(views)
    assert all(view.isidentifier() and view == view.lower() for view in views)
    assert len(by_infobox(topics)) == sum(len(topic.infoboxes) for topic in topics), "an infobox has one topic"
    assert {facet.reading for topic in topics for facet in topic.facets} == set(READINGS)


@pytest.mark.parametrize(
    ("raw", "expected", "reason"),
    [
        (b"{{Infobox book", True, "as it is"),
        (b"{{infobox Book", True, "another case"),
        (b"{{Infobox_book", True, "an underscore"),
        (b"{{Template:Infobox book", True, "with its namespace"),
        (b"{{Infobox  book", True, "two spaces"),
        (b"{{Infobox\xc2\xa0book", True, "a no-break space"),
        (b"{{Infobox&amp;nbsp;book", True, "as an entity"),
        (b"{{Infobox &lt;!-- x --&gt;book", True, "a comment between"),
        (b"{{Infobox novel", True, "a redirect of the template"),
        (b"{{Infobox film", False, "another topic"),
        (b"{{Book", False, "no infobox"),
    ],
)
def test_candidates(raw, expected, reason):
    assert bool(candidate_pattern(load_topics(["book"])).search(raw)) is expected, reason


def test_candidates_of_several_topics():
    search = candidate_pattern(load_topics(ALL)).search
    assert all(search(f"{{{{{name}".encode()) for topic in load_topics(ALL) for name in topic.infoboxes)
