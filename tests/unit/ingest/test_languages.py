"""Wikis in other languages: their infoboxes decide the topic, and their parameters hold the facets."""

import bz2
import gzip
import lzma
import re
import tomllib
from collections import Counter
from functools import cache
from pathlib import Path
from xml.etree import ElementTree

import pytest

from ingest.article import read_article
from ingest.dumps.page import Page
from ingest.topics.catalogue import by_infobox, candidate_pattern, in_language, languages, load_topics
from ingest.wikitext.titles import ENGLISH, site

FOLDER = Path(__file__).parents[3] / "ingest" / "topics"
ALL = list(tomllib.loads((FOLDER / "topics.toml").read_text(encoding="utf-8"))["topics"])
TOPICS = load_topics(ALL)
PAGES = tomllib.loads(Path(__file__).with_name("language_pages.toml").read_text(encoding="utf-8"))["pages"]
TEMPLATE = {"de": "Vorlage", "fr": "Modèle", "hy": "Կաղապար", "it": "Template", "ru": "Шаблон"}
OPEN = {".bz2": bz2.open, ".gz": gzip.open, ".xz": lzma.open, ".xml": open}


@cache
def infoboxes_of(language):
    return by_infobox(in_language(TOPICS, language))


def read(language, wikitext):
    wiki = site(f"{language}wiki", {**ENGLISH, 10: TEMPLATE.get(language, "Template")})
    return read_article(Page(1, 2, None, wikitext), "T", infoboxes_of(language), wiki)


def facets(article):
    return {name: [text for key, text in article.facets if key == name] for name, _ in article.facets}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: f"{page['wiki']} {page['topic']}")
def test_a_page_of_each_language(page):
    article = read(page["wiki"], page["text"])
    assert article is not None
    assert article.topic == page["topic"]
    assert facets(article) == page["facets"]


def test_the_pages_are_of_every_language_and_of_books_and_films_in_most():
    assert {page["wiki"] for page in PAGES} == {"en", *languages()}
    for topic in ["book", "film"]:
        assert len({page["wiki"] for page in PAGES if page["topic"] == topic}) >= 11


@pytest.mark.parametrize("language", ["en", *languages()])
def test_every_infobox_decides_its_topic(language):
    for topic in in_language(TOPICS, language):
        assert [read(language, f"{{{{{name}}}}}").topic for name in topic.infoboxes] == [topic.name] * len(
            topic.infoboxes
        )


@pytest.mark.parametrize("language", ["en", *languages()])
@pytest.mark.parametrize("topic", TOPICS, ids=lambda topic: topic.name)
def test_every_parameter_is_read(language, topic):
    values = {"year": "1901", "people": "Jane Aleph"}
    (local,) = in_language([topic], language)
    for facet in local.facets:
        value = values.get(facet.reading, "Aleph")
        for parameter in facet.parameters:
            article = read(language, f"{{{{{local.infoboxes[-1]}\n| {parameter} = {value}\n}}}}")
            assert (facet.name, value) in article.facets, parameter


@pytest.mark.parametrize("language", languages())
def test_a_language_file_holds_together(language):
    settings = tomllib.loads((FOLDER / "languages" / f"{language}.toml").read_text(encoding="utf-8"))
    assert settings.keys() == {"infoboxes", "parameters"}
    assert settings["infoboxes"].keys() <= set(ALL)
    assert settings["parameters"].keys() <= {facet.name for topic in TOPICS for facet in topic.facets}
    english = by_infobox(TOPICS)
    own = [name.casefold() for names in settings["infoboxes"].values() for name in names]
    assert not [name for name in own if name in english], "an English name counts everywhere"
    assert len(own) == len(set(own)), "an infobox has one topic"
    assert len(by_infobox(in_language(TOPICS, language))) == len(english) + len(own)
    assert all(len(set(names)) == len(names) for names in settings["parameters"].values())


def test_at_least_eight_languages_have_books_films_people_and_settlements_of_their_own():
    assert len(languages()) >= 8
    for topic in ["film", "album", "person", "settlement", "football player"]:
        own = [
            language for language in languages() if len(in_language(load_topics([topic]), language)[0].infoboxes) > 1
        ]
        assert len(own) >= 8, topic


def test_a_name_of_one_language_says_nothing_on_another_wiki():
    assert read("it", "{{Film|regista=x}}").topic == "film"
    assert read("en", "{{Film|regista=x}}") is None
    assert read("cs", "{{Film|regista=x}}") is None, "a language without a file"
    assert read("cs", "{{Infobox film|director=x}}").topic == "film", "English names count everywhere"


def test_a_template_that_cites_a_book_makes_no_book():
    assert read("ru", "{{Книга|автор=x|заглавие=y}}") is None
    assert read("hy", "{{Գիրք|հեղինակ=x|վերնագիր=y}}") is None


def test_a_language_twice_is_a_language_once():
    once = in_language(TOPICS, "de")
    assert in_language(once, "de") == once
    assert in_language(TOPICS, "de-AT") == once, "a variant"
    assert in_language(TOPICS, "../topics") == TOPICS, "no path"


@pytest.mark.parametrize(
    ("name", "language", "expected"),
    [
        (
            "hywiki-2023-truncated-100k.xml.xz",
            "hy",
            {"country": 126, "settlement": 19, "writer": 6, "person": 6, "musician": 5, "artist": 2, "building": 2,
             "mountain": 1, "species": 1},
        ),
        (
            "itwiki-small-dump.xml.gz",
            "it",
            {"settlement": 54, "person": 43, "species": 28, "film": 10, "company": 5, "politician": 5, "mountain": 3,
             "software": 3, "battle": 2, "building": 2, "musician": 2, "sportsperson": 2, "country": 1, "river": 1,
             "song": 1},
        ),
        (
            "jawiki-2022-wp2txt-testdata_ja.xml.bz2",
            "ja",
            {"writer": 49, "country": 8, "comic": 3, "musician": 3, "settlement": 3, "person": 2, "politician": 1,
             "software": 1, "song": 1, "species": 1, "television": 1},
        ),
        (
            "nlwiki-20140927-pages-articles-sample.xml",
            "nl",
            {"person": 4, "mountain": 1, "politician": 1, "river": 1, "scientist": 1, "settlement": 1,
             "sportsperson": 1, "writer": 1},
        ),
        ("minidumps/dbpedia-mini-de.xml.bz2", "de", {"person": 1}),
        ("minidumps/dbpedia-mini-pl.xml.bz2", "pl", {"settlement": 1}),
        ("minidumps/dbpedia-mini-ru.xml.bz2", "ru", {"settlement": 1}),
    ],
)  # fmt: skip
def test_real_pieces(name, language, expected, shared_data):
    topics = in_language(TOPICS, language)
    candidate, infoboxes = candidate_pattern(topics), by_infobox(topics)
    with OPEN[Path(name).suffix](shared_data / "dumps" / name, "rb") as file:
        content = file.read()
    namespace = rb'<namespace key="10"[^>]*>([^<]*)<'
    wiki = site(f"{language}wiki", {**ENGLISH, 10: re.search(namespace, content)[1].decode()})
    found = []
    for raw in re.findall(rb"<page>.*?</page>", content, re.S):  # the last page of one piece is cut off
        page = ElementTree.fromstring(raw)
        if page.findtext("ns", "0") == "0" and page.find("redirect") is None and candidate.search(raw):
            text = page.findtext("revision/text")
            found.append(read_article(Page(1, 2, None, text), page.findtext("title"), infoboxes, wiki))
    articles = [article for article in found if article]
    assert Counter(article.topic for article in articles) == expected
    assert len(articles) > len(found) / 2, "the search for candidates is no sieve with large holes"
    assert sum(len(article.facets) for article in articles) >= 2 * len(articles)
